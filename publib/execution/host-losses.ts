import type { LossCause, TaskEnd } from '#publib/task'
import type { Attempt, ExecutorRecord } from './executor-record.ts'
import type { HostEvent } from './host-events.ts'

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

/** Ended before the kernel would have ended the process. */
export function outOfMemory({ residentBytes, limitBytes }: HostEvent & { type: 'MemoryMeasured' }) {
  const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`
  const message =
    `executors held ${mib(residentBytes)} of the ${mib(limitBytes)} of memory that they may, and this task the ` +
    'largest part of it; raise simspark.executor.memory or use more partitions'
  return { kind: 'outOfMemory', message, counts: true } as const
}
