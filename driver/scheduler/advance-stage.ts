import type { Lineage } from '#publib/lineage'
import { assert } from '#publib/util'
import { type DAGState, isComplete, isDone, killAttempts } from './dag-state.ts'
import { endJob } from './end-job.ts'
import { preferencesOf } from './locality.ts'
import { inputsNeeded } from './plan.ts'
import { partitionOf, type Stage } from './stage.ts'

/**
 * Brings a stage on: completes it, asks for its inputs, or submits what is missing. Doing it twice does no harm,
 * so whoever changes anything about a stage only has to say that it has changed.
 */
export function advanceStage(state: DAGState, stage: Stage): void {
  stage.isActive = true
  if (isComplete(state, stage)) {
    complete(state, stage)
    return
  }
  if (!stage.isEncoded) {
    stage.isEncoded = true
    state.actions.push({ type: 'encodeStage', stage })
  }
  const missing = missingParents(state, stage)
  if (missing.length === 0) {
    submitMissing(state, stage)
    return
  }
  for (const parent of missing) if (!parent.isActive) state.changed.add(parent)
  withdrawLive(state, stage)
}

function complete(state: DAGState, stage: Stage): void {
  stage.isActive = false
  stage.failureCount = 0
  killAttempts(state, stage, 'the stage is complete', undefined)
  if (stage.dependency === undefined) {
    for (const id of [...stage.jobIds]) endJob(state, id, undefined)
    return
  }
  for (const other of state.table.stages()) {
    if (other.isActive && other.parents.includes(stage)) state.changed.add(other)
  }
}

function missingParents(state: DAGState, stage: Stage): readonly Stage[] {
  if (stage.outline.inputs.length === 0) return []
  const isCut = (lineage: Lineage<unknown>): boolean =>
    stage.isCacheTrusted && state.cache.isComplete(lineage)
  const needed = inputsNeeded(stage.outline, isCut)
  return needed
    .filter(({ shuffleId }) => !state.outputs.isComplete(shuffleId))
    .map(({ shuffleId }) => state.table.mapStage(shuffleId) as Stage)
}

function withdrawLive(state: DAGState, stage: Stage): void {
  for (const [stageAttempt, attempt] of stage.live) {
    if (attempt.isWithdrawn) continue
    attempt.isWithdrawn = true
    attempt.failureReason ??= 'an input of the stage was lost'
    const { id: stageId } = stage
    const reason = attempt.failureReason
    state.actions.push({ type: 'withdrawTaskSet', stageId, stageAttempt, reason })
  }
}

function submitMissing(state: DAGState, stage: Stage): void {
  const indexes: number[] = []
  for (let index = 0; index < stage.taskCount; index++) {
    if (stage.isPending[index] === 0 && !isDone(state, stage, index)) indexes.push(index)
  }
  if (indexes.length === 0) return
  const [jobId] = stage.jobIds
  assert(jobId !== undefined, `stage ${stage.id} runs for nobody`)
  const stageAttempt = stage.nextAttempt++
  stage.live.set(stageAttempt, { isWithdrawn: false, failureReason: undefined })
  stage.pendingCount += indexes.length
  for (const index of indexes) stage.isPending[index] = 1
  const partitions = indexes.map(index => partitionOf(stage, index))
  const preferences = preferencesOf(stage, indexes, state.cache, state.outputs)
  const { id: stageId, name: stageName } = stage
  const pool = state.table.job(jobId)?.pool
  const what = { stageId, stageAttempt, jobId, pool, stageName }
  const taskSet = { ...what, indexes, partitions, preferences }
  state.actions.push(
    { type: 'announceStageAttempt', stage, stageAttempt, taskCount: indexes.length },
    { type: 'submitTaskSet', taskSet },
  )
}
