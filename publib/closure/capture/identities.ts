/** Names that classes and unique symbols of this process have on executors. */
import type { AnyFunction } from '../function.ts'

/** Tells drivers apart that share an executor process. */
const driver = Math.random().toString(36).slice(2, 10)
const classes = new WeakMap<AnyFunction, string>()
const symbols = new Map<symbol, string>()
let classCount = 0

export function classIdentity(type: AnyFunction): string {
  let identity = classes.get(type)
  if (identity === undefined) {
    identity = `${driver}:${classCount++}`
    classes.set(type, identity)
  }
  return identity
}

export function symbolIdentity(symbol: symbol): string {
  let identity = symbols.get(symbol)
  if (identity === undefined) {
    identity = `${driver}:s${symbols.size}`
    symbols.set(symbol, identity)
  }
  return identity
}
