import type { BlockLocation, MapStatus } from '#publib/blocks'
import type { ErrorData, ExecutorId, JobId, ShuffleId, StageId, TaskId } from '#publib/util'

/** What an executor is told of one attempt of one partition. Everything that its stage has in common travels once, as the stage. */
export interface TaskDescription {
  readonly taskId: TaskId
  readonly stageId: StageId
  readonly stageAttempt: number
  readonly jobId: JobId
  /** Of the stage's RDD. */
  readonly partition: number
  /** From 0, one more for each retry. */
  readonly attempt: number
}

/** What a stage's tasks have in common; its bytes (lineage, action or shuffle, closures) are sent once to each host. */
export interface StageDescription {
  readonly stageId: StageId
  /** Of the stage's RDD. */
  readonly numPartitions: number
  readonly kind: 'result' | 'shuffleMap'
  /** The shuffles that its tasks read: their map statuses must have reached the host before a task starts. */
  readonly reads: readonly ShuffleId[]
  readonly properties: Readonly<Record<string, string>>
  /** How its operators run; undefined: as fast as it can. */
  readonly codegen?: 'plain' | 'loops' | 'kernels' | undefined
}

/** How an attempt ended. */
export type TaskEnd =
  | { readonly kind: 'success'; readonly result: TaskResult }
  | {
      readonly kind: 'failed'
      readonly error: ErrorData /** Whether trying again can help. */
      readonly retryable: boolean
    }
  | {
      readonly kind: 'fetchFailed'
      readonly shuffleId: ShuffleId
      readonly mapPartition: number
      readonly mapTaskId: TaskId
      readonly location: BlockLocation
      readonly message: string
    }
  | { readonly kind: 'killed'; readonly reason: string }
  | { readonly kind: 'executorLost'; readonly executorId: ExecutorId; readonly cause: LossCause }

export type TaskResult =
  | { readonly kind: 'mapStatus'; readonly status: MapStatus }
  /** `payload`: index of the bytes of the encoded result among the message's payloads. */
  | { readonly kind: 'value'; readonly payload: number; readonly bytes: number }
  /** A result that needs no encoding. */
  | { readonly kind: 'plain'; readonly value?: PlainValue | undefined }

/** What travels as it is: counts and sums, and the nothing that an action without a result gives. */
export type PlainValue = number | boolean | null | undefined

/** Whether a value is one. What JSON would change is none: NaN, infinities, -0. */
export function isPlainValue(value: unknown): value is PlainValue {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  return value === undefined || value === null || typeof value === 'boolean'
}

/** Why an executor, or its host, is gone. `counts` says whether the task that ran is suspected of it. */
export interface LossCause {
  readonly kind:
    | 'outOfMemory'
    | 'exitCode'
    | 'signal'
    | 'threadExit'
    | 'workerLost'
    | 'connectionLost'
    | 'released'
    | 'stopped'
  readonly message: string
  readonly counts: boolean
}

/** What a task did, in Spark's terms; times in milliseconds, sizes in bytes. */
export interface TaskMetrics {
  executorRunTimeMs: number
  /** Processor time where Node tells it of one thread (from 22.19 and 23.9 on); else the run time less the waits for shuffle data. */
  executorCpuTimeMs: number
  executorDeserializeTimeMs: number
  resultSerializationTimeMs: number
  /** Time in the garbage collector. */
  gcTimeMs: number
  resultBytes: number
  memorySpilledBytes: number
  diskSpilledBytes: number
  peakExecutionMemoryBytes: number
  input: { bytes: number; records: number }
  output: { bytes: number; records: number }
  shuffleRead: { localBytes: number; remoteBytes: number; records: number; waitTimeMs: number }
  shuffleWrite: { bytes: number; records: number; timeMs: number }
}

export function emptyMetrics(): TaskMetrics {
  return {
    executorRunTimeMs: 0,
    executorCpuTimeMs: 0,
    executorDeserializeTimeMs: 0,
    resultSerializationTimeMs: 0,
    gcTimeMs: 0,
    resultBytes: 0,
    memorySpilledBytes: 0,
    diskSpilledBytes: 0,
    peakExecutionMemoryBytes: 0,
    input: { bytes: 0, records: 0 },
    output: { bytes: 0, records: 0 },
    shuffleRead: { localBytes: 0, remoteBytes: 0, records: 0, waitTimeMs: 0 },
    shuffleWrite: { bytes: 0, records: 0, timeMs: 0 },
  }
}

/** What one attempt added to one accumulator, as bytes of the record codec (`payload` indexes the message's payloads). */
export interface AccumulatorUpdate {
  readonly accumulatorId: number
  readonly payload: number
}
