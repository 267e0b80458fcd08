/**
 * Parts of the captured values that are nothing but data travel as one `v8.serialize` block each: 20 to 45 times faster than
 * node by node. Where a part turns out to be shared with something outside of its block, the block is given up.
 */
import { inspect, types } from 'node:util'
import { serialize } from 'node:v8'
import { isReference } from '../function.ts'
import type { NodeId } from '../wire.ts'
import type { Encoder } from './encoder.ts'
import type { Trail } from './trail.ts'

/** Smaller parts are cheaper as nodes. */
const VALUES_MIN = 64
/** The engine's serializer recurses: deeper parts go node by node. */
const DEPTH_MAX = 500
/** The engine makes a string of each index when asked for names: seconds for millions, and an error beyond 16 million. */
const NAMED_ELEMENTS_MAX = 10_000
/** Estimated bytes of a value in a block, for checks, which serialize nothing. */
const NUMBER_BYTES = 9
const OBJECT_BYTES = 4

interface Blob {
  readonly id: NodeId
  readonly buffer: number
  readonly root: object
  readonly members: ReadonlySet<object>
  /** An estimate, taken without serializing. */
  readonly bytes: number
}

export class DataBlobs {
  readonly #encoder: Encoder
  /** Blobs by everything inside them. */
  readonly #byMember = new Map<object, Blob>()
  readonly #byId = new Map<NodeId, Blob>()
  /** What is known to reach something that is no data, or to be too small. */
  readonly #refused = new WeakSet<object>()
  #onLeave: (root: object, id: NodeId) => void = () => {}

  constructor(encoder: Encoder) {
    this.#encoder = encoder
  }

  /** `encode` gives a node to the root of a block that is given up. */
  whenGivenUp(encode: (root: object, id: NodeId) => void): void {
    this.#onLeave = encode
  }

  /** Makes a block of `root` and all that it reaches, if all of it is data. */
  take(root: object, id: NodeId, trail: Trail): boolean {
    if (this.#refused.has(root)) return false
    const scan = new Scan(this.#encoder, this.#byMember, this.#refused, root, trail)
    if (!scan.run()) {
      for (const each of scan.refused()) this.#refused.add(each)
      return false
    }
    const buffer = this.#encoder.buffer(() => serialize(root))
    const blob: Blob = { id, buffer, root, members: scan.members, bytes: scan.bytes }
    for (const member of scan.members) this.#byMember.set(member, blob)
    this.#byId.set(id, blob)
    this.#encoder.nodes[id] = { t: 'data', buffer }
    return true
  }

  /** Gives up the block that holds `value` as a part: something outside names it, and must name the same object. */
  leave(value: object): void {
    const blob = this.#byMember.get(value)
    if (!blob || blob.root === value) return
    this.#byId.delete(blob.id)
    this.#encoder.buffers[blob.buffer] = () => new Uint8Array()
    for (const member of blob.members) {
      this.#byMember.delete(member)
      this.#refused.add(member)
    }
    this.#onLeave(blob.root, blob.id)
  }

  /** Whether a value travels inside a block. */
  holds(value: object): boolean {
    return this.#byMember.has(value)
  }

  /** The estimated size of a node that is a block. */
  bytesOf(id: NodeId): number | undefined {
    return this.#byId.get(id)?.bytes
  }
}

/** One look at everything that an object reaches. */
class Scan {
  readonly members = new Set<object>()
  bytes = 0
  #count = 0
  /** From the root to what is looked at: what reaches something that is no data. */
  readonly #path: object[] = []
  #isTooSmall = false
  readonly #encoder: Encoder
  readonly #taken: ReadonlyMap<object, unknown>
  readonly #known: WeakSet<object>
  readonly #root: object
  readonly #trail: Trail

  constructor(
    encoder: Encoder,
    taken: ReadonlyMap<object, unknown>,
    known: WeakSet<object>,
    root: object,
    trail: Trail,
  ) {
    this.#encoder = encoder
    this.#taken = taken
    this.#known = known
    this.#root = root
    this.#trail = trail
  }

  run(): boolean {
    const open: Iterator<unknown>[] = []
    const enter = (value: object): boolean => {
      const parts = this.#path.length < DEPTH_MAX ? this.#partsOf(value) : undefined
      if (!parts) return false
      this.members.add(value)
      this.#path.push(value)
      open.push(parts)
      return true
    }
    if (!enter(this.#root)) return false
    while (open.length > 0) {
      const next = open.at(-1)?.next()
      if (!next || next.done) {
        open.pop()
        this.#path.pop()
      } else if (!isReference(next.value)) {
        if (!this.#isScalarData(next.value)) return false
      } else if (!this.members.has(next.value) && !enter(next.value)) return false
    }
    this.#isTooSmall = this.#count < VALUES_MIN
    return !this.#isTooSmall
  }

  /** What need not be looked at again. */
  refused(): Iterable<object> {
    return this.#isTooSmall ? this.members : [this.#root, ...this.#path]
  }

  #isScalarData(value: unknown): boolean {
    this.#count++
    if (typeof value === 'string') {
      this.bytes += value.length
      this.#encoder.secrets.look(value, this.#trail)
    }
    this.bytes += NUMBER_BYTES
    return typeof value !== 'symbol'
  }

  /** Numbers are only counted: most large data is arrays of them. */
  #elements(array: readonly unknown[]): Iterator<unknown> {
    const others = array.filter(each => typeof each !== 'number')
    this.#count += array.length - others.length
    this.bytes += NUMBER_BYTES * (array.length - others.length)
    return others.values()
  }

  /** The values inside an object that is plain data itself. */
  #partsOf(value: object): Iterator<unknown> | undefined {
    const isOutside = value !== this.#root && this.#encoder.ids.has(value)
    if (isOutside || this.#taken.has(value) || this.#known.has(value)) return undefined
    this.bytes += OBJECT_BYTES
    this.#count++
    if (typeof value === 'function' || types.isProxy(value) || !Object.isExtensible(value)) {
      return undefined
    }
    const prototype: unknown = Object.getPrototypeOf(value)
    if (Array.isArray(value)) {
      return prototype === Array.prototype && isPlainArray(value)
        ? this.#elements(value)
        : undefined
    }
    if (prototype === Object.prototype) return objectParts(value)
    if (ArrayBuffer.isView(value) || Reflect.ownKeys(value).length > 0) return undefined
    if (prototype === Map.prototype && types.isMap(value)) return mapParts(value)
    if (prototype === Set.prototype && types.isSet(value)) return value.values()
    return prototype === Date.prototype && types.isDate(value) ? [][Symbol.iterator]() : undefined
  }
}

function* mapParts(map: ReadonlyMap<unknown, unknown>): Iterator<unknown> {
  for (const [key, value] of map) {
    yield key
    yield value
  }
}

/** Shows what an array has beside its elements, hidden or not, without going through them. */
const NO_ELEMENTS = { maxArrayLength: 0, showHidden: true, depth: 0, customInspect: false } as const
const ONLY_ELEMENTS = /^\[ \.\.\. \d+ more items, \[length\]: \d+ \]$/

/** Arrays with anything beside their elements are no plain data; holes are kept by the format. */
function isPlainArray(array: readonly unknown[]): boolean {
  if (array.length > NAMED_ELEMENTS_MAX) return ONLY_ELEMENTS.test(inspect(array, NO_ELEMENTS))
  // Indexes come first among the names, `length` is the first of the others.
  const isOnlyElements = Object.getOwnPropertyNames(array).at(-1) === 'length'
  return isOnlyElements && Object.getOwnPropertySymbols(array).length === 0
}

function objectParts(object: object): Iterator<unknown> | undefined {
  if (Object.getOwnPropertySymbols(object).length > 0) return undefined
  const values: unknown[] = []
  for (const name of Object.getOwnPropertyNames(object)) {
    const descriptor = Object.getOwnPropertyDescriptor(object, name)
    if (!descriptor || !isPlainProperty(descriptor) || name === '__proto__') return undefined
    values.push(descriptor.value)
  }
  return values[Symbol.iterator]()
}

export function isPlainProperty(descriptor: PropertyDescriptor): boolean {
  return (
    'value' in descriptor &&
    descriptor.writable === true &&
    descriptor.enumerable === true &&
    descriptor.configurable === true
  )
}
