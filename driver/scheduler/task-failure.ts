import type { TaskEnd } from '#publib/task'
import type { ErrorCode, ErrorData } from '#publib/util'
import { assertNever } from '#publib/util'
import type { JobFailure } from './events.ts'
import type { Attempt } from './match-tasks.ts'

/** The failure of a job whose task has failed for good. */
export function taskFailure(attempt: Attempt, error: ErrorData, isRetryable: boolean): JobFailure {
  const { manager, at, task, executor } = attempt
  const { stageName } = manager.set
  const failureCount = Math.max(1, manager.failuresOf(at))
  const told = { task, stageName, executorId: executor.id, failureCount, error, isRetryable }
  return { kind: 'taskFailed', ...told }
}

/** What went wrong, as an error. */
export function errorOf(end: Exclude<TaskEnd, { kind: 'success' }>): ErrorData {
  switch (end.kind) {
    case 'failed':
      return end.error
    case 'killed':
      return plainError('TASK_KILLED', end.reason)
    case 'fetchFailed':
      return plainError('FETCH_FAILED', end.message)
    case 'executorLost':
      return plainError(
        end.cause.kind === 'outOfMemory' ? 'OUT_OF_MEMORY' : 'EXECUTOR_LOST',
        end.cause.message,
      )
    default:
      return assertNever(end)
  }
}

function plainError(code: ErrorCode, message: string): ErrorData {
  return { name: 'SimSparkError', code, message, stack: undefined }
}
