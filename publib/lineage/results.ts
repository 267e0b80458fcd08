import { asyncIterable, notIterable, unexpectedPromise } from './errors.ts'
import type { Root } from './root.ts'

/** Refuses a promise where a value is expected. Callers ask only for objects, so numbers and texts cost nothing. */
export function refusePromise(value: object, root: Root): void {
  if (typeof (value as { then?: unknown }).then === 'function') throw unexpectedPromise(root)
}

/** Refuses a promise, of whatever type the value is. */
export function checkValue<V>(value: V, root: Root): V {
  if (typeof value === 'object' && value !== null) refusePromise(value, root)
  return value
}

/** What a user's function gave, as something to iterate; a text is iterated by characters. */
export function iterableOf<U>(value: unknown, root: Root): Iterable<U> {
  if (typeof value === 'string') return value as unknown as Iterable<U>
  if (typeof value !== 'object' || value === null) throw notIterable(root, value)
  if (typeof (value as Partial<Iterable<U>>)[Symbol.iterator] === 'function') {
    return value as Iterable<U>
  }
  refusePromise(value, root)
  if (Symbol.asyncIterator in value) throw asyncIterable(root)
  throw notIterable(root, value)
}
