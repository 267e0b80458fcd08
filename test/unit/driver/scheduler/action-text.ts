import type { JobFailure, SchedulerAction } from '../../../../driver/scheduler/events.ts'

/** An action as it stands in a transcript; undefined: it says nothing new there. */
export function actionText(action: SchedulerAction): string | undefined {
  switch (action.type) {
    case 'encodeStage':
      return `encode stage ${action.stage.id}: ${action.stage.name}`
    case 'announceJob':
      return `job ${action.jobId} has stages ${action.stages.map(stage => stage.id).join(' ')}`
    case 'announceStageAttempt': {
      const { stage, stageAttempt, taskCount } = action
      return `stage ${stage.id}.${stageAttempt} starts with ${count(taskCount, 'task')}`
    }
    case 'announceStageEnd': {
      const { stageId, stageAttempt, failureReason } = action
      const how = failureReason === undefined ? 'ends' : `fails: ${failureReason}`
      return `stage ${stageId}.${stageAttempt} ${how}`
    }
    case 'launchTask': {
      const { task, executorId, locality, isCopy } = action
      const where = locality === 'NO_PREF' ? executorId : `${executorId} (${locality})`
      const what = isCopy ? 'launch a copy' : 'launch'
      const which = `stage ${task.stageId}.${task.stageAttempt} partition ${task.partition} attempt ${task.attempt}`
      return `${what}: task ${task.taskId} = ${which} on ${where}`
    }
    case 'killTasks':
      return `${action.isGentle ? 'tell' : 'kill'} tasks ${action.taskIds.join(' ')} on ${action.hostId}: ${action.reason}`
    case 'announceTaskEnd':
      return undefined
    case 'announceCopy':
      return `stage ${action.stageId}.${action.stageAttempt} partition ${action.partition} is slow`
    case 'deliverResult':
      return `deliver result ${action.index} of job ${action.jobId} from task ${action.taskId}`
    case 'countAccumulators':
      return undefined
    case 'finishJob':
      return `finish job ${action.jobId}`
    case 'failJob':
      return `fail job ${action.jobId}: ${failureText(action.failure)}`
    case 'dropStages':
      return `drop stages ${action.stageIds.join(' ')}`
    case 'dropShuffles':
      return `drop shuffles ${action.shuffleIds.join(' ')}`
  }
}

function failureText(failure: JobFailure): string {
  switch (failure.kind) {
    case 'taskFailed':
      return `task ${failure.task.taskId} failed ${count(failure.failureCount, 'time')}, last on ${failure.executorId}: ${failure.error.message}`
    case 'taskKillsExecutors':
      return `partition ${failure.task.partition} of stage ${failure.task.stageId} kills executors ${failure.executorIds.join(' ')}`
    case 'stageFailed':
      return `stage ${failure.stageId} failed in ${failure.attemptCount} attempts: ${failure.message}`
    case 'notDeterministic':
      return `partition ${failure.partition} of stage ${failure.stageId} is not deterministic, ${count(failure.resultCount, 'result')} delivered`
    case 'cancelled':
      return `cancelled, ${failure.reason}`
    case 'error':
      return String(failure.error)
  }
}

function count(n: number, what: string): string {
  return n === 1 ? `1 ${what}` : `${n} ${what}s`
}
