import type { Action, Lineage, ShuffleDependency } from '#publib/lineage'
import type { JobId, ShuffleId, StageId } from '#publib/util'
import { describeCallSite } from '#publib/util'
import type { StageOutline } from './plan.ts'

/** Tasks that run without a shuffle between them; ends in map outputs or in results. Lives as long as a job needs it. */
export interface Stage {
  readonly id: StageId
  /** As in `map at main.ts:12`. */
  readonly name: string
  readonly outline: StageOutline
  readonly lineage: Lineage<unknown>
  /** The shuffle it writes; undefined: a result stage. */
  readonly dependency: ShuffleDependency | undefined
  /** Of a result stage. */
  readonly action: Action<unknown, unknown> | undefined
  readonly parents: readonly Stage[]
  readonly parentShuffles: readonly ShuffleId[]
  /** The partition of the RDD for each task index; undefined: index and partition are the same. */
  readonly partitions: readonly number[] | undefined
  readonly taskCount: number
  /** Jobs that need it, the oldest first. */
  readonly jobIds: Set<JobId>
  /** Rises with every task set of the stage. */
  nextAttempt: number
  /** Whether it has been asked for and is not complete: it waits for parents, or tasks of it run. */
  isActive: boolean
  isEncoded: boolean
  /** Whether cached partitions may stand in for inputs that are lost; no more once a task could not find them. */
  isCacheTrusted: boolean
  /** Attempts whose task sets have not ended. */
  readonly live: Map<number, LiveAttempt>
  /** By task index: whether it waits or runs in a live task set. */
  readonly isPending: Uint8Array
  pendingCount: number
  /** By task index, of a result stage: whether the result has been delivered. */
  readonly isDelivered: Uint8Array
  deliveredCount: number
  /** By task index: whether accumulators have had its updates; a re-run never counts again. */
  readonly isCounted: Uint8Array
  /** Fetch failures in a row, one for an attempt at most. */
  failureCount: number
  /** Fetch failures of attempts up to this one have been counted. */
  failedAttempt: number
}

export interface LiveAttempt {
  /** Nothing more of it is started: an input is lost. */
  isWithdrawn: boolean
  failureReason: string | undefined
}

/** A stage on which nothing has run. */
export function newStage(
  id: StageId,
  outline: StageOutline,
  parents: readonly Stage[],
  result?: {
    readonly action: Action<unknown, unknown>
    readonly partitions: readonly number[]
    readonly name: string
  },
): Stage {
  const taskCount = result?.partitions.length ?? outline.lineage.numPartitions
  return {
    id,
    name: result?.name ?? nameOf(outline.lineage),
    outline,
    lineage: outline.lineage,
    dependency: outline.dependency,
    action: result?.action,
    parents,
    parentShuffles: outline.inputs.map(input => input.shuffleId),
    partitions: result?.partitions,
    taskCount,
    jobIds: new Set(),
    nextAttempt: 0,
    isActive: false,
    isEncoded: false,
    isCacheTrusted: true,
    live: new Map(),
    isPending: new Uint8Array(taskCount),
    pendingCount: 0,
    isDelivered: new Uint8Array(result === undefined ? 0 : taskCount),
    deliveredCount: 0,
    isCounted: new Uint8Array(taskCount),
    failureCount: 0,
    failedAttempt: -1,
  }
}

export function partitionOf(stage: Stage, index: number): number {
  return stage.partitions === undefined ? index : (stage.partitions[index] as number)
}

function nameOf(lineage: Lineage<unknown>): string {
  const { operation, callSite } = lineage.about
  return callSite === undefined ? operation : `${operation} at ${describeCallSite(callSite)}`
}
