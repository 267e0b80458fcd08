import type { TaskEnd } from '#publib/task'
import type { TaskId } from '#publib/util'
import { assert, assertNever } from '#publib/util'
import type { JobFailure } from './events.ts'
import type { Attempt } from './match-tasks.ts'
import { errorOf, taskFailure } from './task-failure.ts'
import type { FailureVerdict } from './task-set-manager.ts'
import { killAttempts, killSet, releaseTasks, settleSet, type TaskState } from './task-state.ts'

/** An attempt is over: what follows for its task, its set and the set's job. */
export function endAttempt(
  state: TaskState,
  id: TaskId,
  end: TaskEnd,
  runTimeMs: number | undefined,
): void {
  const attempt = state.attempts.get(id)
  assert(attempt !== undefined, `attempt ${id} has ended before`)
  state.attempts.delete(id)
  const { manager, task, index, executor } = attempt
  const { id: executorId, hostId } = executor
  state.actions.push({ type: 'announceTaskEnd', task, index, executorId, hostId, end })
  if (!state.sets.has(manager)) return
  judge(state, attempt, end, runTimeMs ?? state.nowMs - attempt.launchedMs)
  settleSet(state, manager)
}

function judge(state: TaskState, attempt: Attempt, end: TaskEnd, runTimeMs: number): void {
  const { manager, at, executor, task, index } = attempt
  const { stageId, stageAttempt, taskId } = task
  switch (end.kind) {
    case 'success': {
      if (!manager.succeed(at, runTimeMs)) return
      const status = end.result.kind === 'mapStatus' ? end.result.status : undefined
      const type = 'taskSucceeded'
      state.actions.push({ type, stageId, stageAttempt, index, taskId, status })
      if (manager.copiesOf(at) > 0) killOthers(state, attempt)
      return
    }
    case 'fetchFailed':
      state.actions.push({
        type: 'taskFetchFailed',
        ...{ stageId, stageAttempt, index, taskId, failure: end },
      })
      releaseTasks(state, manager, manager.release(at) ? [at] : [])
      return
    case 'failed':
      if (!end.retryable) failSet(state, attempt, taskFailure(attempt, end.error, false))
      else follow(state, attempt, manager.fail(at, executor.id, false), end)
      return
    case 'executorLost':
      if (end.cause.counts) follow(state, attempt, manager.fail(at, executor.id, true), end)
      else follow(state, attempt, manager.lose(at), end)
      return
    case 'killed':
      follow(state, attempt, manager.lose(at), end)
      return
    default:
      assertNever(end)
  }
}

/** The first copy that ends well is the one that counts. */
function killOthers(state: TaskState, { manager, at }: Attempt): void {
  const others = [...state.attempts.values()].filter(
    other => other.manager === manager && other.at === at,
  )
  killAttempts(state, others, 'another copy of the task has finished')
}

function follow(
  state: TaskState,
  attempt: Attempt,
  verdict: FailureVerdict,
  end: Exclude<TaskEnd, { kind: 'success' }>,
): void {
  const { manager, at, task } = attempt
  if (verdict === 'goOn') return
  if (verdict === 'released') {
    releaseTasks(state, manager, [at])
  } else if (verdict === 'killsExecutors' && end.kind === 'executorLost') {
    const { stageName } = manager.set
    const executorIds = manager.executorsKilledBy(at)
    const killer = { task, stageName, executorIds, cause: end.cause }
    failSet(state, attempt, { kind: 'taskKillsExecutors', ...killer })
  } else {
    failSet(state, attempt, taskFailure(attempt, errorOf(end), true))
  }
}

function failSet(state: TaskState, attempt: Attempt, failure: JobFailure): void {
  const { stageId, stageAttempt } = attempt.task
  killSet(state, stageId, stageAttempt, 'the stage has failed')
  state.actions.push({ type: 'taskSetFailed', stageId, stageAttempt, failure })
}
