import { knownFunctions, knownMethods } from '../known.ts'
import { watch } from './untouched.ts'

/** Prototypes that have a method of that name; a shape relies on all of them, as it does not know what it is called on. */
const owners: Readonly<Record<string, object>> = {
  String: String.prototype,
  Array: Array.prototype,
  Number: Number.prototype,
  Boolean: Boolean.prototype,
}

/** The paths that a call of a method relies on. */
export const pathsOfMethod: ReadonlyMap<string, readonly string[]> = new Map(
  [...knownMethods.keys()].map(method => [
    method,
    Object.keys(owners)
      .filter(name => Object.hasOwn(owners[name]!, method))
      .map(name => `${name}.prototype.${method}`),
  ]),
)

/** To be called once in a thread, before user code runs in it. */
function watchAll(): void {
  for (const path of knownFunctions.keys()) watch(path)
  watch('Array.prototype.map')
  watch('Array.prototype.filter')
  watch('Array.prototype.push')
  for (const paths of pathsOfMethod.values()) for (const path of paths) watch(path)
}

watchAll()
