import type { BlockRange, MapStatus } from '#publib/blocks'
import type { StageDescription, TaskDescription, TaskEnd, TaskMetrics } from '#publib/task'
import type { BroadcastId, ErrorData, RddId, ShuffleId, StageId, TaskId } from '#publib/util'

/**
 * What the main thread of an executor host tells one of its executors. Order is kept: what a task needs stands before it.
 * Bytes of stages, broadcasts and cached blocks are views of SharedArrayBuffers: they are shared, not copied.
 */
export type ToExecutorThread =
  | { readonly type: 'stage'; readonly stage: StageDescription; readonly bytes: Uint8Array }
  | { readonly type: 'dropStages'; readonly stageIds: readonly StageId[] }
  | {
      readonly type: 'mapOutputs'
      readonly shuffleId: ShuffleId
      readonly statuses: readonly MapStatus[]
    }
  | { readonly type: 'dropShuffles'; readonly shuffleIds: readonly ShuffleId[] }
  | { readonly type: 'broadcast'; readonly broadcastId: BroadcastId; readonly bytes: Uint8Array }
  | { readonly type: 'dropBroadcast'; readonly broadcastId: BroadcastId }
  | {
      readonly type: 'cached'
      readonly rddId: RddId
      readonly partition: number
      readonly blocks: readonly Uint8Array[]
    }
  /** The same on disk, in a file of the host's. */
  | {
      readonly type: 'cachedOnDisk'
      readonly rddId: RddId
      readonly partition: number
      readonly path: string
      readonly bytes: number
    }
  | { readonly type: 'uncached'; readonly rddId: RddId; readonly partitions: readonly number[] }
  | {
      readonly type: 'runTask'
      readonly task: TaskDescription
      /** Names the attempt in the control block: what is to stop is said there, because a busy thread reads no messages. */
      readonly slot: number
      readonly sources: readonly SourceData[]
    }

/** What the driver sent for one partition of one source of the stage. */
export interface SourceData {
  readonly rddId: RddId
  readonly partition: number
  readonly fields: unknown
  readonly bytes?: Uint8Array | undefined
}

/** What an executor tells the main thread of its host. */
export type FromExecutorThread =
  | { readonly type: 'ready' }
  | {
      readonly type: 'taskEnded'
      readonly taskId: TaskId
      readonly end: TaskEnd
      /** The encoded result, for a result task that ended well. */
      readonly result?: Uint8Array | undefined
      readonly metrics: TaskMetrics | undefined
      readonly accumulators: readonly AccumulatorDelta[]
      /** Cached partitions that it read: what was used last is evicted last. */
      readonly cacheReads: readonly CacheKey[]
      /** Classes whose instances it wrote as plain objects, each told of once by an executor. */
      readonly lostClasses?: readonly string[] | undefined
    }
  /** A partition to keep; its bytes are counted already. */
  | {
      readonly type: 'store'
      readonly key: CacheKey
      readonly blocks: readonly Uint8Array[]
      readonly bytes: number
      /** Whether it goes to disk where it must give way, or is computed again. */
      readonly mayGoToDisk: boolean
    }
  /** A partition that it wrote to disk: too large for memory, or not to be there. */
  | ({ readonly type: 'storeOnDisk' } & DiskPartitionFile)
  /** The file of a partition is gone or damaged. */
  | { readonly type: 'lostOnDisk'; readonly key: CacheKey }
  | { readonly type: 'call'; readonly call: HostCall }
  /** Nobody caught it. The thread ends right after. */
  | { readonly type: 'uncaught'; readonly error: ErrorData; readonly origin: string }
  | {
      readonly type: 'output'
      readonly taskId: TaskId | undefined
      readonly stream: 'stdout' | 'stderr'
      readonly text: string
    }

export interface AccumulatorDelta {
  readonly accumulatorId: number
  readonly bytes: Uint8Array
}

export interface CacheKey {
  readonly rddId: RddId
  readonly partition: number
}

/** A cached partition in a file. */
export interface DiskPartitionFile {
  readonly key: CacheKey
  readonly path: string
  readonly bytes: number
}

/** What an executor asks for that must keep blocks. */
export interface RoomRequest {
  readonly rddId: RddId
  readonly bytes: number
  /** Partitions that it was given to write to disk: their memory is free now. */
  readonly moved: readonly DiskPartitionFile[]
}

export interface RoomAnswer {
  readonly isGranted: boolean
  /** To be written to disk by who asked, who then asks again: these may not be dropped. */
  readonly toDisk: readonly { readonly key: CacheKey; readonly blocks: readonly Uint8Array[] }[]
}

/** What a thread asks its host for while it stands still, or tells it of such a request. */
export type HostCall =
  /** Ranges of map outputs of other workers: answered by `part`s, the consumed bytes of which give credit for more. */
  | { readonly kind: 'fetch'; readonly callId: number; readonly requests: readonly BlockRange[] }
  | { readonly kind: 'consumed'; readonly callId: number; readonly bytes: number }
  | { readonly kind: 'close'; readonly callId: number }
  /** Room for cached blocks of an RDD, by evicting those of others. */
  | {
      readonly kind: 'makeRoom'
      readonly callId: number
      readonly request: RoomRequest
    }

/** What the host answers, on a port of its own that the thread reads while it stands still. */
export type HostAnswer =
  | {
      readonly kind: 'part'
      readonly callId: number
      readonly index: number
      readonly bytes: Uint8Array
      readonly isLast: boolean
    }
  | {
      readonly kind: 'failed'
      readonly callId: number
      readonly index: number
      readonly error: string
    }
  | { readonly kind: 'room'; readonly callId: number; readonly answer: RoomAnswer }
