import type { ApplicationId, ShuffleId, TaskId } from '#publib/util'

/** What a host asks a worker's block service for: ids, never paths. */
export type ToBlockService = {
  readonly type: 'fetchRanges'
  readonly requestId: number
  readonly applicationId: ApplicationId
  readonly ranges: readonly MapOutputRange[]
}

/** The bytes of one map output for reducers `start` up to `end`, without it. */
export interface MapOutputRange {
  readonly shuffleId: ShuffleId
  readonly mapPartition: number
  readonly taskId: TaskId
  readonly start: number
  readonly end: number
}

export type FromBlockService =
  /** Payload 0: a piece of range `index` of the request; `isLast` ends the range. The reader checks the checksums. */
  | {
      readonly type: 'rangePart'
      readonly requestId: number
      readonly index: number
      readonly isLast: boolean
    }
  | {
      readonly type: 'rangeMissing'
      readonly requestId: number
      readonly index: number
      readonly reason: string
    }
