/**
 * Classes and unique symbols that were made in this thread: two payloads that ship one class with the same captures get one
 * class, so that `instanceof` agrees between them. Held weakly: a class lives as long as something uses it.
 */

import type { AnyFunction } from '../function.ts'
import type { SetPrivates } from './factory.ts'

/** How instances of a class get their private fields back. */
export interface PrivateSetter {
  readonly names: readonly string[]
  readonly set: SetPrivates
}

export class ClassRegistry {
  readonly #classes = new Map<string, WeakRef<AnyFunction>>()
  readonly #setters = new WeakMap<AnyFunction, PrivateSetter>()
  readonly #symbols = new Map<string, symbol>()
  readonly #dropped = new FinalizationRegistry<string>(identity => {
    if (this.#classes.get(identity)?.deref() === undefined) this.#classes.delete(identity)
  })

  find(identity: string): AnyFunction | undefined {
    return this.#classes.get(identity)?.deref()
  }

  add(identity: string, type: AnyFunction): void {
    this.#classes.set(identity, new WeakRef(type))
    this.#dropped.register(type, identity)
  }

  addSetter(type: AnyFunction, setter: PrivateSetter): void {
    this.#setters.set(type, setter)
  }

  setterOf(type: AnyFunction): PrivateSetter | undefined {
    return this.#setters.get(type)
  }

  symbol(identity: string, description: string | undefined): symbol {
    let symbol = this.#symbols.get(identity)
    if (!symbol) {
      symbol = Symbol(description)
      this.#symbols.set(identity, symbol)
    }
    return symbol
  }
}

let registry: ClassRegistry | undefined

export function classesOf(): ClassRegistry {
  registry ??= new ClassRegistry()
  return registry
}
