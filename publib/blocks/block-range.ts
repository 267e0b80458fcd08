import type { ShuffleId, TaskId } from '#publib/util'
import type { BlockLocation } from './map-status.ts'

/** The bytes of one map output for the reduce partitions `start` up to `end`, without it: what a reader asks for. */
export interface BlockRange {
  readonly shuffleId: ShuffleId
  readonly mapPartition: number
  readonly taskId: TaskId
  readonly location: BlockLocation
  readonly start: number
  readonly end: number
  /** How many bytes it has, as the map status says: fewer or more is a failed fetch. Never 0. */
  readonly size: number
}
