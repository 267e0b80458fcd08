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
    stack: stack === undefined ? undefined : ofUser(mapStack(stack)),
    ...(cause === undefined ? {} : { cause: mapped(cause) }),
  }
}

/** A frame of the engine that called the user's function, wherever the executor has it installed. */
const ENGINE = /simspark:\/|[/\\]dist[/\\]publib[/\\]/

/** A stack down to where the engine called in: below it stands nothing that the user wrote. A stack of the engine alone stays whole. */
function ofUser(stack: string): string {
  const lines = stack.split('\n')
  const first = lines.findIndex(line => /^\s+at /.test(line))
  const engine = lines.findIndex(line => /^\s+at /.test(line) && ENGINE.test(line))
  return engine > first ? lines.slice(0, engine).join('\n') : stack
}
