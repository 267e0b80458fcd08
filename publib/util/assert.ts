/** A broken invariant of simSpark itself: the process that meets one must not go on. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Holds an invariant: stays on in production. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** The branch of a union that no value can reach. */
export function assertNever(value: never): never {
  throw new AssertionError(`unexpected ${JSON.stringify(value)}`)
}
