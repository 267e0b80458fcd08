import { equalValues } from './equality.ts'
import { hashValue } from './hash.ts'

/**
 * A Map whose keys are compared by value: `get(['a', 1])` finds an equal array. Keys that are objects must not be changed
 * while they are in it.
 *
 * @example
 * const counts = new KeyedMap([[['a', 1], 5]])
 * counts.get(['a', 1])   // 5
 */
export class KeyedMap<K, V> extends Map<K, V> {
  /** By hash: the objects among the keys, as the native Map holds them. Primitives need no index. */
  readonly #objects = new Map<number, K[]>()

  constructor(entries?: Iterable<readonly [K, V]>) {
    super()
    if (entries !== undefined) for (const [key, value] of entries) this.set(key, value)
  }

  override get(key: K): V | undefined {
    return super.get(isObject(key) ? this.#held(key) : key)
  }

  override has(key: K): boolean {
    return super.has(isObject(key) ? this.#held(key) : key)
  }

  override set(key: K, value: V): this {
    if (!isObject(key)) return super.set(key, value)
    const hash = hashValue(key)
    const bucket = this.#objects.get(hash)
    const held = bucket?.find(other => equalValues(other, key))
    if (held !== undefined) return super.set(held, value)
    if (bucket === undefined) this.#objects.set(hash, [key])
    else bucket.push(key)
    return super.set(key, value)
  }

  override delete(key: K): boolean {
    if (!isObject(key)) return super.delete(key)
    const hash = hashValue(key)
    const bucket = this.#objects.get(hash)
    const index = bucket?.findIndex(other => equalValues(other, key)) ?? -1
    if (bucket === undefined || index < 0) return false
    const [held] = bucket.splice(index, 1)
    if (bucket.length === 0) this.#objects.delete(hash)
    return super.delete(held as K)
  }

  override clear(): void {
    this.#objects.clear()
    super.clear()
  }

  /** The key that stands for an equal one, or the key itself. */
  #held(key: K): K {
    return this.#objects.get(hashValue(key))?.find(other => equalValues(other, key)) ?? key
  }
}

function isObject(key: unknown): boolean {
  return typeof key === 'object' && key !== null
}
