import type { MapStatus } from '#publib/blocks'
import type {
  AccumulatorUpdate,
  LossCause,
  StageDescription,
  TaskDescription,
  TaskEnd,
  TaskMetrics,
} from '#publib/task'
import type {
  ApplicationId,
  BroadcastId,
  ExecutorId,
  HostId,
  RddId,
  ShuffleId,
  StageId,
  TaskId,
} from '#publib/util'

/**
 * What a driver tells an executor host. The first is `attach`; order is kept, so a stage, its map statuses and broadcasts
 * stand before the tasks that need them. Every part of it may come twice.
 */
export type DriverToExecutor =
  | {
      readonly type: 'attach'
      readonly applicationId: ApplicationId
      readonly hostId: HostId
      readonly version: string
    }
  /** Payload 0: the encoded stage. */
  | { readonly type: 'stage'; readonly stage: StageDescription }
  | { readonly type: 'dropStages'; readonly stageIds: readonly StageId[] }
  /** All known outputs of a shuffle; a higher epoch replaces what was said before. */
  | {
      readonly type: 'mapOutputs'
      readonly shuffleId: ShuffleId
      readonly epoch: number
      readonly statuses: readonly MapStatus[]
    }
  | { readonly type: 'launchTasks'; readonly tasks: readonly LaunchedTask[] }
  /** `isGentle`: they are only told; one that does not heed it runs on. */
  | {
      readonly type: 'killTasks'
      readonly taskIds: readonly TaskId[]
      readonly reason: string
      readonly isGentle?: boolean | undefined
    }
  /** Payload 0: bytes from `offset` of `size`; whole when all are there. */
  | {
      readonly type: 'broadcast'
      readonly broadcastId: BroadcastId
      readonly offset: number
      readonly size: number
    }
  /** Payload 0: bytes from `offset` of a file that the program added; pieces in order, the last one makes it whole. */
  | {
      readonly type: 'file'
      /** Relative, below the folder of added files. */
      readonly name: string
      readonly offset: number
      readonly size: number
      readonly isExecutable: boolean
    }
  | { readonly type: 'dropBroadcast'; readonly broadcastId: BroadcastId }
  | { readonly type: 'dropShuffles'; readonly shuffleIds: readonly ShuffleId[] }
  | { readonly type: 'unpersist'; readonly rddId: RddId }
  /** Answered by `confirmed` when all that was to be deleted before is gone. */
  | { readonly type: 'confirm'; readonly requestId: number }
  /** From the lease thread, on a connection of its own (role `lease`). */
  | { readonly type: 'renewLease'; readonly sequence: number }
  | { readonly type: 'detach' }

export interface LaunchedTask {
  readonly task: TaskDescription
  readonly executorId: ExecutorId
  /** For each source of the stage that has some: its data, bytes as `payload` of this message. */
  readonly sources: readonly {
    readonly rddId: RddId
    readonly partition: number
    readonly fields: unknown
    readonly payload?: number | undefined
  }[]
}

/** What an executor host tells its driver. */
export type ExecutorToDriver =
  | {
      readonly type: 'attached'
      readonly hostId: HostId
      readonly executorIds: readonly ExecutorId[]
    }
  | { readonly type: 'executorsAdded'; readonly executorIds: readonly ExecutorId[] }
  /** Payloads: results and accumulator updates, by the indexes in `ended`. */
  | {
      readonly type: 'taskStatuses'
      readonly started: readonly TaskId[]
      readonly ended: readonly EndedTask[]
    }
  /** Payload 0: a piece of a large result, before its task's end is told. */
  | {
      readonly type: 'resultChunk'
      readonly taskId: TaskId
      readonly offset: number
      readonly size: number
    }
  | { readonly type: 'executorLost'; readonly executorId: ExecutorId; readonly cause: LossCause }
  | { readonly type: 'cachedBlocks'; readonly blocks: readonly CachedBlockUpdate[] }
  | { readonly type: 'confirmed'; readonly requestId: number }
  | {
      readonly type: 'hostMetrics'
      readonly residentBytes: number
      readonly heapBytes: number
      readonly cpuMs: number
      readonly loopLagMs: number
    }
  /** Tasks that have passed on no record for a while: slow, or hanging. */
  | { readonly type: 'tasksStalled'; readonly tasks: readonly StalledTask[] }
  | { readonly type: 'leaseSeen'; readonly sequence: number }

export interface EndedTask {
  readonly taskId: TaskId
  readonly executorId: ExecutorId
  readonly end: TaskEnd
  readonly metrics: TaskMetrics | undefined
  readonly accumulators: readonly AccumulatorUpdate[]
  /** Classes whose instances it wrote as plain objects; told of once by each executor. */
  readonly lostClasses?: readonly string[] | undefined
}

export interface StalledTask {
  readonly taskId: TaskId
  readonly stageId: StageId
  readonly partition: number
  readonly executorId: ExecutorId
  /** What has passed its operators so far. */
  readonly records: number
  /** What it is doing: `running`, `waiting`, `asynchronous`, `encoding`. */
  readonly phase: string
  readonly stalledMs: number
}

export interface CachedBlockUpdate {
  readonly rddId: RddId
  readonly partition: number
  /** Both are 0: it is no longer there. */
  readonly memoryBytes: number
  readonly diskBytes: number
}
