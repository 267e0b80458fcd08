import type { Threads } from '#publib/env'
import type { LeaseCommand, LeaseOptions } from './lease-keeper.ts'

/** Somebody who renews the driver's leases. */
export interface Leases {
  handle(command: LeaseCommand): void
  close(): Promise<void>
}

/** Starts the lease thread. It does not keep the program running. `onEnd` is told if it ends by itself. */
export function startLeaseThread(
  threads: Threads,
  options: LeaseOptions,
  onEnd: (error: unknown) => void,
): Leases {
  const entry = 'driver/backend/lease-thread-main.js'
  const thread = threads.start({ entry, name: 'leases', data: options })
  let isClosing = false
  thread.onExit = (code, error) => {
    if (!isClosing) onEnd(error ?? new Error(`the lease thread ended with ${code}`))
  }
  return {
    handle: command => thread.post(command),
    close() {
      isClosing = true
      return thread.terminate()
    },
  }
}
