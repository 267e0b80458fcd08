import type { JobId } from '#publib/util'
import { type DAGState, dropDoomed, killAttempts } from './dag-state.ts'
import type { JobFailure } from './events.ts'
import type { Stage } from './stage.ts'

/** Ends a job, well or with a failure, and with it every stage that no other job needs. */
export function endJob(state: DAGState, id: JobId, failure: JobFailure | undefined): void {
  const job = state.table.job(id)
  if (job === undefined) return
  const reason = failure === undefined ? 'the job has finished' : describeEnd(failure)
  const unused = state.table.removeJob(job)
  const isGentle = failure?.kind === 'cancelled' && job.isGentle
  for (const stage of unused) {
    killAttempts(state, stage, reason, failure === undefined ? undefined : reason, isGentle)
    state.changed.delete(stage)
  }
  if (state.table.isEmpty) state.unreliable.clear()
  if (failure === undefined) state.actions.push({ type: 'finishJob', jobId: id })
  else state.actions.push({ type: 'failJob', jobId: id, failure })
  state.actions.push({ type: 'dropStages', stageIds: unused.map(stage => stage.id) })
  dropDoomed(state)
}

/** Fails every job that needs the stage. */
export function failJobsOf(state: DAGState, stage: Stage | undefined, failure: JobFailure): void {
  for (const id of [...(stage?.jobIds ?? [])]) endJob(state, id, failure)
}

function describeEnd(failure: JobFailure): string {
  switch (failure.kind) {
    case 'cancelled':
      return `the job was cancelled: ${failure.reason}`
    case 'taskFailed':
      return failure.error.message
    default:
      return 'the job has failed'
  }
}
