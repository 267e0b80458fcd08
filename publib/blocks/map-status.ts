import type { HostId, TaskId, WorkerId } from '#publib/util'

/** Where stored blocks can be read: a worker's block service. In local modes `port` is 0 and blocks are files of this machine. */
export interface BlockLocation {
  readonly workerId: WorkerId
  readonly host: string
  readonly port: number
}

/** The output of one map task: where it is and how large it is for each reducer. */
export interface MapStatus {
  readonly mapPartition: number
  /** The attempt that wrote it: part of the file's name, so that an older attempt is never read for a newer one. */
  readonly taskId: TaskId
  readonly location: BlockLocation
  /** Bytes for each reduce partition. */
  readonly sizes: readonly number[]
  readonly records: number
  /** Order-independent hash of the content: a re-run that gives another one is not deterministic. */
  readonly contentHash: string
}

/** Where a cached partition is held: by the executors of one host. */
export interface CachedBlock {
  readonly rddId: number
  readonly partition: number
  readonly hostId: HostId
  readonly memoryBytes: number
  readonly diskBytes: number
}
