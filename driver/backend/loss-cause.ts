import type { LossCause } from '#publib/task'

/** Causes that speak against the task that ran; the others against machines. */
const SUSPECT: ReadonlySet<string> = new Set(['outOfMemory', 'exitCode', 'signal', 'threadExit'])
const INNOCENT: ReadonlySet<string> = new Set([
  'workerLost',
  'connectionLost',
  'released',
  'stopped',
])

/** What the master says of an end, in the scheduler's words. */
export function lossCause(cause: string, message: string): LossCause {
  const isKnown = SUSPECT.has(cause) || INNOCENT.has(cause)
  const kind = (isKnown ? cause : 'stopped') as LossCause['kind']
  return { kind, message, counts: SUSPECT.has(cause) }
}
