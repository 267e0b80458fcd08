import { mapStack } from '#publib/closure'
import type { TaskEnd } from '#publib/task'
import type { ErrorData } from '#publib/util'

/** How an attempt ended, with the places in its errors as the user wrote them: executors know only what compilers made of it. */
export function withUserPlaces(end: TaskEnd): TaskEnd {
  return end.kind === 'failed' ? { ...end, error: mapped(end.error) } : end
}

function mapped(error: ErrorData): ErrorData {
  const { stack, cause } = error
  return {
    ...error,
    stack: stack === undefined ? undefined : mapStack(stack),
    ...(cause === undefined ? {} : { cause: mapped(cause) }),
  }
}
