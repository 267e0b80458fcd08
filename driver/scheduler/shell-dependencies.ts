import type { Clock } from '#publib/env'
import type { Lineage, StageWork } from '#publib/lineage'
import type { Logger } from '#publib/log'
import type { SparkListenerEvent, StatusStore } from '#publib/status'
import type { BroadcastId, StageId } from '#publib/util'
import type { Backend } from '../backend/backend.ts'
import type { SchedulerLimits } from './core.ts'
import type { LinkSupply, SourcePart } from './host-link.ts'
import type { Scheduling } from './pools.ts'
import type { SpeculationLimits } from './slow-tasks.ts'

/** All that the scheduler's shell needs of the world: so it runs in the simulator as it runs in production. */
export interface SchedulerDependencies {
  readonly backend: Backend
  readonly clock: Clock
  readonly log: Logger
  readonly options: SchedulerOptions
  /** Hears of everything before any listener does: progress is read from it. */
  readonly status: StatusStore
  readonly bus: {
    post(event: SparkListenerEvent): void
    /** False: nobody listens, so tasks need not be told of one by one. */
    readonly isHeard?: boolean
  }
  /** Captures the functions of a stage and encodes it. Called in the turn of the action where that is possible. */
  encodeStage(stageId: StageId, lineage: Lineage<unknown>, work: StageWork): EncodedStageBytes
  /** What the sources of a stage give to one partition; their ids count from `firstId` on, as in the stage. */
  collectPartitionData(
    lineage: Lineage<unknown>,
    partition: number,
    firstId: number,
  ): readonly SourcePart[]
  decodeValue(bytes: Uint8Array): unknown
  /** Files that the program gives its executors; default: none. */
  readonly added?: Pick<LinkSupply, 'addedFiles' | 'readChunk'>
  /** @throws BROADCAST_DESTROYED */
  broadcastBytes(id: BroadcastId): Uint8Array
  /** Called once for each stage execution and partition. */
  onAccumulators(updates: readonly AccumulatorBytes[]): void
}

export interface EncodedStageBytes {
  readonly bytes: Uint8Array
  readonly warnings: readonly string[]
  /** Sent to a host before the stage. */
  readonly broadcastIds: readonly BroadcastId[]
  /** Ids of RDDs in it count from here on. Default 0. */
  readonly firstId?: number
}

export interface AccumulatorBytes {
  readonly accumulatorId: number
  readonly bytes: Uint8Array
}

export interface SchedulerOptions {
  readonly limits: SchedulerLimits
  /** How jobs share executors; default: the oldest first. */
  readonly scheduling?: Scheduling | undefined
  /** Whether, and how often, slow tasks are looked for; default: never. */
  readonly speculation?: (SpeculationLimits & { readonly intervalMs: number }) | undefined
  /** What the results of one job may come to; 0: no bound. */
  readonly maxResultBytes: number
  readonly executorsMin: number
  /** Idle executors are given back after so long; undefined: never. */
  readonly executorIdleTimeoutMs: number | undefined
  /** How operators run; default: in generated loops. */
  readonly codegen?: 'plain' | 'loops' | 'kernels'
}
