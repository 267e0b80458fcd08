import type { LossCause, TaskEnd } from '#publib/task'
import { type Attempt, type ExecutorRecord, runningAttempt } from './executor-record.ts'
import type { HostEvent } from './host-events.ts'

/** Above this share of the limit the largest task is ended before the kernel ends the process. */
const MEMORY_SHARE_MAX = 0.95

export const RELEASED: LossCause = { kind: 'released', message: 'it was released', counts: false }

/** How an attempt ended that was lost with its thread; one that was to stop has stopped. */
export function lossOf(
  { executorId }: ExecutorRecord,
  attempt: Attempt,
  cause: LossCause,
): TaskEnd {
  if (attempt.kill !== undefined) return { kind: 'killed', reason: attempt.kill.reason }
  return { kind: 'executorLost', executorId, cause }
}

/** The executor whose task must end before memory is full; undefined: none. */
export function tooLarge(
  executors: readonly ExecutorRecord[],
  { residentBytes, limitBytes, heldBytes }: HostEvent & { type: 'MemoryMeasured' },
): ExecutorRecord | undefined {
  if (residentBytes <= limitBytes * MEMORY_SHARE_MAX) return undefined
  // What one that ends gives back is not seen yet.
  if (executors.some(executor => executor.phase !== 'ready')) return undefined
  const held = (executor: ExecutorRecord) => heldBytes.get(executor.executorId) ?? 0
  const busy = executors.filter(executor => runningAttempt(executor) !== undefined)
  return busy.sort((a, b) => held(b) - held(a))[0]
}

/** Ended before the kernel would have ended the process. */
export function outOfMemory({ residentBytes, limitBytes }: HostEvent & { type: 'MemoryMeasured' }) {
  const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`
  const message =
    `executors held ${mib(residentBytes)} of the ${mib(limitBytes)} of memory that they may, and this task the ` +
    'largest part of it; raise simspark.executor.memory or use more partitions'
  return { kind: 'outOfMemory', message, counts: true } as const
}
