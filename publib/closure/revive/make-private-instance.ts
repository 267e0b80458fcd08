/** Instances with private fields: made by their rewritten class, see `class-revival.ts`. */

import { isFunction, ownValue } from '../function.ts'
import type { Body, NodeId, PrivateBody } from '../wire.ts'
import type { PrivateSetter } from './class-registry.ts'
import { Revival } from './factory.ts'
import type { Instance } from './instance.ts'

/** Given to constructors, whose patterns may take parameters apart before they stop. */
const anything: unknown = new Proxy(() => {}, {
  get: (_target, key) => {
    if (key === Symbol.iterator) return noElements
    return key === Symbol.toPrimitive ? () => '' : anything
  },
  apply: () => anything,
})
const PARAMETERS = Array.from({ length: 16 }, () => anything)

function* noElements(): Generator<unknown> {}

export function makePrivateInstance(
  instance: Instance,
  id: NodeId,
  node: Body & PrivateBody,
): object {
  const prototype = instance.decode(node.proto ?? null) as object
  const setters = settersOf(instance, prototype)
  const object = construct(prototype)
  for (const key of Reflect.ownKeys(object)) Reflect.deleteProperty(object, key)
  instance.put(id, object)
  const left = [...(node.privates ?? [])]
  for (const { names, set } of setters) {
    const values: Record<string, unknown> = {}
    for (const name of names) {
      // A base class's field comes before a derived one's of the same name.
      const index = left.findIndex(([each]) => each === name)
      const [found] = index < 0 ? [] : left.splice(index, 1)
      if (found) values[name] = instance.decode(found[1])
    }
    set(values, object)
  }
  instance.fillLater(id)
  return object
}

/** From the base class downwards. */
function settersOf(instance: Instance, prototype: object): PrivateSetter[] {
  const setters: PrivateSetter[] = []
  for (let at: object | null = prototype; at; at = Object.getPrototypeOf(at)) {
    const type = ownValue(at, 'constructor')
    const setter = isFunction(type) ? instance.classes.setterOf(type) : undefined
    if (setter) setters.unshift(setter)
  }
  return setters
}

function construct(prototype: object): object {
  Revival.prototype = prototype
  Revival.isOn = true
  try {
    const type = prototype.constructor as new (...given: unknown[]) => object
    return Reflect.construct(type, PARAMETERS, Revival) as object
  } finally {
    Revival.isOn = false
  }
}
