import { emptyMetrics, type TaskMetrics } from './task.ts'

/** Numbers that the metrics of one task are. */
export const METRICS_COUNT = 20

/** Writes them to `to` from `at` on, in the order in which `metricsFrom` reads them. */
export function putMetrics(metrics: TaskMetrics, to: Float64Array, at: number): void {
  const { input, output, shuffleRead, shuffleWrite } = metrics
  to[at] = metrics.executorRunTimeMs
  to[at + 1] = metrics.executorCpuTimeMs
  to[at + 2] = metrics.executorDeserializeTimeMs
  to[at + 3] = metrics.resultSerializationTimeMs
  to[at + 4] = metrics.gcTimeMs
  to[at + 5] = metrics.resultBytes
  to[at + 6] = metrics.memorySpilledBytes
  to[at + 7] = metrics.diskSpilledBytes
  to[at + 8] = metrics.peakExecutionMemoryBytes
  to[at + 9] = input.bytes
  to[at + 10] = input.records
  to[at + 11] = output.bytes
  to[at + 12] = output.records
  to[at + 13] = shuffleRead.localBytes
  to[at + 14] = shuffleRead.remoteBytes
  to[at + 15] = shuffleRead.records
  to[at + 16] = shuffleRead.waitTimeMs
  to[at + 17] = shuffleWrite.bytes
  to[at + 18] = shuffleWrite.records
  to[at + 19] = shuffleWrite.timeMs
}

export function metricsFrom(from: Float64Array, at: number): TaskMetrics {
  const metrics = emptyMetrics()
  const { input, output, shuffleRead, shuffleWrite } = metrics
  metrics.executorRunTimeMs = from[at] as number
  metrics.executorCpuTimeMs = from[at + 1] as number
  metrics.executorDeserializeTimeMs = from[at + 2] as number
  metrics.resultSerializationTimeMs = from[at + 3] as number
  metrics.gcTimeMs = from[at + 4] as number
  metrics.resultBytes = from[at + 5] as number
  metrics.memorySpilledBytes = from[at + 6] as number
  metrics.diskSpilledBytes = from[at + 7] as number
  metrics.peakExecutionMemoryBytes = from[at + 8] as number
  input.bytes = from[at + 9] as number
  input.records = from[at + 10] as number
  output.bytes = from[at + 11] as number
  output.records = from[at + 12] as number
  shuffleRead.localBytes = from[at + 13] as number
  shuffleRead.remoteBytes = from[at + 14] as number
  shuffleRead.records = from[at + 15] as number
  shuffleRead.waitTimeMs = from[at + 16] as number
  shuffleWrite.bytes = from[at + 17] as number
  shuffleWrite.records = from[at + 18] as number
  shuffleWrite.timeMs = from[at + 19] as number
  return metrics
}
