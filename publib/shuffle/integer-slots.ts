/** So many integers lie side by side at the most: their slots stay in the second-level cache. */
const SPAN_MAX = 1 << 18
/** Up to here slots cost nothing; more are worth it where rows are not much fewer. */
const SPAN_FREE = 1 << 12
const SPAN_PER_ROW = 32
const KEYS_MIN = 1024

/**
 * Numbers integers that lie close together by a slot for each: a look at one place of memory, in a quarter of the time of a hash
 * table. What does not fit is refused, and nothing is lost.
 */
export class IntegerSlots {
  size = 0
  #low = 0
  /** For each integer from `low` on one more than its number, or 0. */
  #slots = new Int32Array(0)
  #keys = new Int32Array(0)
  #ids = new Int32Array(0)
  #rows = 0

  get bytes(): number {
    return this.#slots.byteLength + this.#keys.byteLength + this.#ids.byteLength
  }

  /** The number of each; undefined where they lie too far apart: then nothing was taken. Valid until the next call. */
  idsOf(values: Int32Array): Int32Array | undefined {
    const rows = values.length
    if (rows === 0) return this.#ids.subarray(0, 0)
    if (!this.#reaches(values)) return undefined
    this.#rows += rows
    this.#reserve(rows)
    this.size = numberAll(values, this.#low, this.#slots, this.#keys, this.#ids, this.size)
    return this.#ids.subarray(0, rows)
  }

  /** All of them, by number. */
  keys(): Int32Array {
    return this.#keys.slice(0, this.size)
  }

  clear(): void {
    this.#slots.fill(0)
    this.size = 0
    this.#rows = 0
  }

  /** Whether there is a slot for each. */
  #reaches(values: Int32Array): boolean {
    let low = values[0]!
    let high = low
    for (let i = 1; i < values.length; i++) {
      const value = values[i]!
      if (value < low) low = value
      if (value > high) high = value
    }
    const has = this.#slots.length
    if (has > 0) {
      low = Math.min(low, this.#low)
      high = Math.max(high, this.#low + has - 1)
    }
    const span = high - low + 1
    if (span === has) return true
    const rows = this.#rows + values.length
    if (span > SPAN_MAX || span > Math.max(SPAN_FREE, rows * SPAN_PER_ROW)) return false
    this.#setSlots(low, span)
    return true
  }

  #setSlots(low: number, span: number): void {
    const slots = new Int32Array(span)
    slots.set(this.#slots, this.#slots.length === 0 ? 0 : this.#low - low)
    this.#slots = slots
    this.#low = low
  }

  /** Room as if each row brought a new key, as far as there are slots. */
  #reserve(rows: number): void {
    if (this.#ids.length < rows) this.#ids = new Int32Array(rows)
    const wanted = Math.min(this.size + rows, this.#slots.length)
    if (wanted <= this.#keys.length) return
    const keys = new Int32Array(Math.max(wanted, 2 * this.#keys.length, KEYS_MIN))
    keys.set(this.#keys.subarray(0, this.size))
    this.#keys = keys
  }
}

/** Gives how many keys there are now. */
function numberAll(
  values: Int32Array,
  low: number,
  slots: Int32Array,
  keys: Int32Array,
  ids: Int32Array,
  before: number,
): number {
  let size = before
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    let id = slots[value - low]!
    if (id === 0) {
      keys[size] = value
      id = ++size
      slots[value - low] = id
    }
    ids[i] = id - 1
  }
  return size
}
