/** How objects say for themselves whether and how they travel. */
import type { ErrorCode } from '#publib/util'
import { reviverMissing } from './errors.ts'
import { type AnyFunction, isReference } from './function.ts'

/** An object with this property is refused by name; the value says what it is and what to do. */
export const unshippable: unique symbol = Symbol.for('simspark.unshippable')
/** An object with this method travels as what the method gives. */
export const shipAs: unique symbol = Symbol.for('simspark.ship')

/** `what` completes "variable `sc` is …": `the SparkContext (it exists only on the driver)`. */
export interface Unshippable {
  readonly what: string
  readonly hint: string
  readonly code?: ErrorCode
}

/** What travels for an object: the executor's reviver of the kind makes it from the data. */
export interface ShippedAs {
  readonly kind: string
  readonly data: unknown
}

const revivers = new Map<string, (data: unknown) => unknown>()

/** Says how executors make the objects that travel as `kind`. */
export function registerReviver(kind: string, revive: (data: unknown) => unknown): void {
  revivers.set(kind, revive)
}

/** @throws CLOSURE_COMPILE_FAILED for a kind that nobody registered */
export function revive(kind: string, data: unknown): unknown {
  const reviver = revivers.get(kind)
  if (!reviver) throw reviverMissing(kind)
  return reviver(data)
}

interface Hooks {
  readonly ship: AnyFunction
  readonly revive: AnyFunction
}

const hooks = new WeakMap<object, Hooks>()

/** How the instances of a class travel: `ship` makes plain data of one, `revive` makes one of them. */
export function registerShippable<T extends object, D>(
  type: abstract new (...args: never[]) => T,
  shipping: { ship(instance: T): D; revive(data: D): T },
): void {
  hooks.set(type.prototype, {
    ship: (instance: T) => shipping.ship(instance),
    revive: shipping.revive as AnyFunction,
  })
}

/** The hooks of an instance's class, or of the nearest class above that has some. */
export function hooksOf(instance: object): Hooks | undefined {
  for (
    let prototype: unknown = Object.getPrototypeOf(instance);
    isReference(prototype);
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const found = hooks.get(prototype)
    if (found) return found
  }
  return undefined
}

export function unshippableMark(object: object): Unshippable | undefined {
  const mark: unknown = Reflect.get(object, unshippable)
  return isReference(mark) ? (mark as Unshippable) : undefined
}

export function shipAsMethod(object: object): (() => ShippedAs) | undefined {
  const method: unknown = Reflect.get(object, shipAs)
  return typeof method === 'function' ? () => method.call(object) as ShippedAs : undefined
}

interface Binding {
  readonly captures: object
  readonly factory: AnyFunction
}

const bindings = new WeakMap<AnyFunction, Binding>()

/**
 * Captures named by hand, where node:inspector is forbidden.
 *
 * @example rdd.map(bind({ k }, ({ k }) => x => x * k))
 */
export function bind<C extends object, F extends AnyFunction>(
  captures: C,
  factory: (captures: C) => F,
): F {
  const fn = factory(captures)
  bindings.set(fn, { captures, factory: factory as AnyFunction })
  return fn
}

export function bindingOf(fn: AnyFunction): Binding | undefined {
  return bindings.get(fn)
}
