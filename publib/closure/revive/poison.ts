import { touchedUnshippable } from '../errors.ts'

/** What promises and conversions ask any value for: answering keeps the error for real uses. */
const HARMLESS = new Set<string | symbol>(['then', Symbol.toPrimitive, Symbol.toStringTag])

/** Stands for a value that stayed on the driver: whatever is done with it throws the error that says why. */
export function poison(message: string): unknown {
  const refuse = (): never => {
    throw touchedUnshippable(message)
  }
  return new Proxy(() => {}, {
    get: (_target, key) => (HARMLESS.has(key) ? undefined : refuse()),
    set: refuse,
    apply: refuse,
    construct: refuse,
    has: refuse,
    ownKeys: refuse,
    getOwnPropertyDescriptor: refuse,
    defineProperty: refuse,
    deleteProperty: refuse,
  })
}
