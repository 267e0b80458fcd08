const DEPTH_MAX = 6
const ITEMS_SAMPLED = 16
/** An array, and two places in it. */
const PAIR_BYTES = 32 + 2 * 8

/** About how many bytes of the heap a value takes: exact enough to decide on spilling, and the same on every run. */
export function estimateSize(value: unknown, depth = 0): number {
  switch (typeof value) {
    case 'string':
      return 16 + value.length
    case 'number':
      return Number.isInteger(value) ? 8 : 16
    case 'bigint':
      return 24
    case 'object':
      return value === null ? 8 : estimateObject(value, depth)
    default:
      return 8
  }
}

function estimateObject(value: object, depth: number): number {
  if (depth >= DEPTH_MAX) return 64
  if (Array.isArray(value)) return 32 + estimateItems(value, value.length, depth)
  if (ArrayBuffer.isView(value)) return 128 + value.byteLength
  if (value instanceof Date) return 48
  if (value instanceof Map) return 64 + 2 * estimateItems(value.values(), value.size, depth)
  if (value instanceof Set) return 64 + 2 * estimateItems(value, value.size, depth)
  let bytes = 24
  for (const key of Object.keys(value)) bytes += 8 + estimateSize(value[key as never], depth + 1)
  return bytes
}

function estimateItems(items: Iterable<unknown>, count: number, depth: number): number {
  let sampled = 0
  let bytes = 0
  for (const item of items) {
    if (sampled === ITEMS_SAMPLED) break
    bytes += 8 + estimateSize(item, depth + 1)
    sampled++
  }
  return sampled === 0 ? 0 : Math.ceil((bytes / sampled) * count)
}

/** The estimated bytes of many values, of which few are looked at: the first ones, then one in `every`. */
export class SizeSampler {
  readonly #every: number
  #count = 0
  #sampled = 0
  #sampledBytes = 0

  constructor(every = 32) {
    this.#every = every
  }

  get count(): number {
    return this.#count
  }

  /** Estimated bytes of all that were added. */
  get bytes(): number {
    return this.#sampled === 0 ? 0 : (this.#sampledBytes / this.#sampled) * this.#count
  }

  add(value: unknown): void {
    if (this.#count < 8 || this.#count % this.#every === 0) {
      this.#sampled++
      this.#sampledBytes += estimateSize(value)
    }
    this.#count++
  }

  /** `add` of a pair that nobody has made. */
  addPair(key: unknown, value: unknown): void {
    if (this.#count < 8 || this.#count % this.#every === 0) {
      this.#sampled++
      this.#sampledBytes += PAIR_BYTES + estimateSize(key, 1) + estimateSize(value, 1)
    }
    this.#count++
  }

  reset(): void {
    this.#count = 0
    this.#sampled = 0
    this.#sampledBytes = 0
  }
}
