import { FetchFailedError } from '#publib/shuffle'
import type { TaskEnd } from '#publib/task'
import { type ErrorCode, errorToData, SimSparkError } from '#publib/util'

/** What the same function on the same data would give again. */
const UNCHANGING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['CLOSURE_COMPILE_FAILED', 'CLOSURE_NOT_SHIPPABLE', 'VALUE_NOT_ENCODABLE'] as const),
  ...(['UNEXPECTED_PROMISE', 'NOT_ITERABLE', 'INVALID_PARTITION', 'INVALID_ARGUMENT'] as const),
  ...(['NESTED_RDD', 'CONTEXT_IN_TASK', 'ACCUMULATOR_READ', 'BROADCAST_DESTROYED'] as const),
  ...(['CHECKPOINT_LOST'] as const),
  ...(['ACCUMULATOR_NOT_REGISTERED', 'MALFORMED_RECORD', 'VERSION_MISMATCH'] as const),
])

/** How an attempt ended whose work threw. */
export function endOfThrown(thrown: unknown): TaskEnd {
  const failed = fetchFailedIn(thrown)
  if (failed !== undefined) return { kind: 'fetchFailed', ...failed.fetch, message: failed.message }
  if (thrown instanceof SimSparkError && thrown.code === 'TASK_KILLED') {
    return { kind: 'killed', reason: thrown.message }
  }
  const isUnchanging = thrown instanceof SimSparkError && UNCHANGING.has(thrown.code)
  return { kind: 'failed', error: errorToData(thrown), retryable: !isUnchanging }
}

/** A failed fetch stays one where a user's function has wrapped it. */
function fetchFailedIn(thrown: unknown): FetchFailedError | undefined {
  let error = thrown
  for (let depth = 0; depth < 8 && error instanceof Error; depth++) {
    if (error instanceof FetchFailedError) return error
    error = error.cause
  }
  return undefined
}
