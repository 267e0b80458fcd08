import type { ShuffleId, WorkerId } from '#publib/util'
import type { CacheTracker } from './cache-tracker.ts'
import type { SchedulerAction } from './events.ts'
import type { MapOutputTracker } from './map-output-tracker.ts'
import type { Stage } from './stage.ts'
import type { StageTable } from './stage-table.ts'
import type { TaskSchedulerCommand } from './task-set-events.ts'

export type DAGSchedulerAction = SchedulerAction | TaskSchedulerCommand

/** What the DAG scheduler keeps, shared by the files that change it. */
export interface DAGState {
  readonly table: StageTable
  readonly outputs: MapOutputTracker
  readonly cache: CacheTracker
  readonly suspended: Set<WorkerId>
  /** Workers that failed to give one block; a second one means that nothing can be had from them. */
  readonly unreliable: Set<WorkerId>
  /** Shuffles that go as soon as no job reads them. */
  readonly doomed: Set<ShuffleId>
  /** Groups whose jobs are cancelled as they come, and why. */
  readonly cancelledGroups: Map<string, string>
  /** Stages whose standing may have changed, to be looked at before the turn ends. */
  readonly changed: Set<Stage>
  actions: DAGSchedulerAction[]
}

/** Whether a task has done what its stage is there for. */
export function isDone({ outputs }: DAGState, stage: Stage, index: number): boolean {
  if (stage.dependency === undefined) return stage.isDelivered[index] === 1
  return outputs.has(stage.dependency.shuffleId, index)
}

export function isComplete({ outputs }: DAGState, stage: Stage): boolean {
  if (stage.dependency === undefined) return stage.deliveredCount === stage.taskCount
  return outputs.isComplete(stage.dependency.shuffleId)
}

export function endPending(stage: Stage, index: number): void {
  if (stage.isPending[index] === 0) return
  stage.isPending[index] = 0
  stage.pendingCount--
}

/** An attempt is over: nothing of it waits or runs. */
export function endAttempt(state: DAGState, stage: Stage, stageAttempt: number): void {
  const attempt = stage.live.get(stageAttempt)
  if (attempt === undefined) return
  stage.live.delete(stageAttempt)
  const { failureReason } = attempt
  const { id: stageId } = stage
  state.actions.push({ type: 'announceStageEnd', stageId, stageAttempt, failureReason })
}

/** Ends all that runs of a stage. `isGentle`: its tasks are only told. */
export function killAttempts(
  state: DAGState,
  stage: Stage,
  reason: string,
  failureReason: string | undefined,
  isGentle = false,
): void {
  const { id: stageId } = stage
  for (const [stageAttempt, attempt] of [...stage.live]) {
    attempt.failureReason ??= failureReason
    const gently = isGentle ? { isGentle } : {}
    state.actions.push({ type: 'killTaskSet', stageId, stageAttempt, reason, ...gently })
    endAttempt(state, stage, stageAttempt)
  }
  stage.isPending.fill(0)
  stage.pendingCount = 0
}

export function changeAllActive(state: DAGState): void {
  for (const stage of state.table.stages()) if (stage.isActive) state.changed.add(stage)
}

/** Groups that are remembered as cancelled for good; the oldest is forgotten first. */
const CANCELLED_GROUPS_MAX = 1000

/** Jobs of the group that are still to come are cancelled, too. */
export function cancelLater({ cancelledGroups }: DAGState, groupId: string, reason: string): void {
  cancelledGroups.delete(groupId)
  cancelledGroups.set(groupId, reason)
  if (cancelledGroups.size <= CANCELLED_GROUPS_MAX) return
  for (const oldest of cancelledGroups.keys()) {
    cancelledGroups.delete(oldest)
    return
  }
}

/** Nothing can be read from a worker any more. */
export function forgetWorker(state: DAGState, workerId: WorkerId): void {
  state.unreliable.delete(workerId)
  if (state.outputs.forgetWorker(workerId) > 0) changeAllActive(state)
}

/** Lets go of shuffles that nobody can ask for and no job reads. */
export function dropDoomed(state: DAGState): void {
  const shuffleIds = [...state.doomed].filter(id => state.table.mapStage(id) === undefined)
  if (shuffleIds.length === 0) return
  for (const id of shuffleIds) {
    state.doomed.delete(id)
    state.outputs.drop(id)
  }
  state.actions.push({ type: 'dropShuffles', shuffleIds })
}
