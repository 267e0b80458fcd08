import type { DaemonControl } from './run-daemon.ts'

/**
 * A daemon that a program started as its own child, over a pipe, ends when the pipe does: nothing outlives the program,
 * however that ended. Daemons that the command line starts have no such pipe.
 */
export function endWithParent(control: DaemonControl, onGone: () => void = () => {}): void {
  if (process.send === undefined) return
  process.once('disconnect', () => {
    onGone()
    control.stop('its parent is gone')
  })
  // The pipe itself does not keep the daemon running, its ports do.
  process.channel?.unref()
}
