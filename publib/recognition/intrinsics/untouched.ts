/**
 * Whether what a shape relies on is still the language's own in this thread. How it was is looked at when this module is loaded,
 * before user code runs in an executor's thread; what somebody had patched by then is told by its text.
 */

/** A property that must be as it was. */
interface Place {
  readonly holder: object
  readonly key: PropertyKey
  /** The value, or the getter. */
  readonly before: unknown
}

const own = Object.getOwnPropertyDescriptor
const ownKeys = Reflect.ownKeys
const textOf = Function.prototype.toString
const call = Reflect.apply

const strings = String.prototype
const patterns = RegExp.prototype
const arrays = Array.prototype
const objects = Object.prototype
const arrayIterators = Object.getPrototypeOf([][Symbol.iterator]()) as object

/** What a name that is no path stands for. */
const groups: ReadonlyMap<string, readonly Place[]> = new Map([
  [
    'RegExp',
    [
      ...['exec', 'test', 'constructor', 'flags', 'global', 'unicode', 'sticky', 'hasIndices'],
      ...['ignoreCase', 'multiline', 'dotAll', 'unicodeSets'],
      ...[Symbol.split, Symbol.replace],
    ]
      .map(key => placeOf(patterns, key))
      .concat(placeOf(RegExp, Symbol.species), placeOf(globalThis, 'RegExp')),
  ],
  ['array iteration', [placeOf(arrays, Symbol.iterator), placeOf(arrayIterators, 'next')]],
])

/** Prototypes that must have no more properties than they had: what reads a missing one gets undefined. */
const counted = new Map([
  ['Object.prototype', { prototype: objects as object, count: ownKeys(objects).length }],
  ['Array.prototype', { prototype: arrays as object, count: ownKeys(arrays).length }],
])

const places = new Map<string, readonly Place[]>()
/** Whether they were native when this module was loaded: looked at once, at first need. */
const wereNative = new Map<string, boolean>()

/** Notes how a path from the global object, `Math.imul`, stands now. */
export function watch(path: string): void {
  const found: Place[] = []
  let holder: unknown = globalThis
  for (const key of path.split('.')) {
    if ((typeof holder !== 'object' && typeof holder !== 'function') || holder === null) return
    found.push(placeOf(holder, key))
    holder = Reflect.get(holder, key)
  }
  // `'a'.split(b)` asks `b` first how to split by it.
  if (path === 'String.prototype.split') found.push(placeOf(strings, Symbol.split))
  if (path.startsWith('String.prototype.replace')) found.push(placeOf(strings, Symbol.replace))
  // It asks the array of what class the new one is to be.
  if (path === 'Array.prototype.map' || path === 'Array.prototype.filter') {
    found.push(placeOf(arrays, 'constructor'), placeOf(Array, Symbol.species))
  }
  places.set(path, found)
}

function placeOf(holder: object, key: PropertyKey): Place {
  return { holder, key, before: valueAt(holder, key) }
}

function valueAt(holder: object, key: PropertyKey): unknown {
  const descriptor = own(holder, key)
  return descriptor === undefined ? undefined : (descriptor.get ?? descriptor.value)
}

/** Whether all of `names`, as a shape lists them, are the language's own in this thread. Some 0.1 µs a name. */
export function areUntouched(names: readonly string[]): boolean {
  for (let i = 0; i < names.length; i++) if (!isUntouched(names[i]!)) return false
  return true
}

function isUntouched(name: string): boolean {
  const prototype = counted.get(name)
  if (prototype !== undefined) return ownKeys(prototype.prototype).length === prototype.count
  const known = groups.get(name) ?? places.get(name)
  if (known === undefined) return false
  // No iterator, and no method of arrays: what is patched must not be what looks for patches.
  for (let i = 0; i < known.length; i++) {
    const { holder, key, before } = known[i]!
    if (valueAt(holder, key) !== before) return false
  }
  let isNative = wereNative.get(name)
  if (isNative === undefined) {
    isNative = true
    for (let i = 0; i < known.length; i++) isNative &&= isNativeBefore(known[i]!)
    wereNative.set(name, isNative)
  }
  return isNative
}

/** A native function says the name under which it was made: one that stands in for another says its own. */
function isNativeBefore({ before, key }: Place): boolean {
  if (typeof before !== 'function') return true
  const text = call(textOf, before, []) as string
  if (!text.endsWith('{ [native code] }')) return false
  if (typeof key === 'symbol') return true
  const name = text.slice('function '.length, text.indexOf('('))
  return key === 'constructor' || name === key || name === `get ${key}`
}
