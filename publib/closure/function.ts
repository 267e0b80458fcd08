/** Any function; its type is erased on purpose. */
export type AnyFunction = (...args: never[]) => unknown

/** What can have an identity: an object or a function. */
export type Reference = object

export function isReference(value: unknown): value is Reference {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

export function isFunction(value: unknown): value is AnyFunction {
  return typeof value === 'function'
}

const textOf = Function.prototype.toString

/** The source text of a function as the engine knows it: an own `toString` cannot change it. */
export function sourceText(fn: AnyFunction): string {
  return textOf.call(fn)
}

/** Whether the engine or an addon made the function, so that there is no source to ship. */
export function isNativeText(text: string): boolean {
  return /\{\s*\[native code\]\s*\}$/.test(text)
}

/** The value of an own data property; undefined for accessors, which are never run. */
export function ownValue(object: object, key: PropertyKey): unknown {
  return Object.getOwnPropertyDescriptor(object, key)?.value
}
