import type { Column } from '#publib/columnar'
import { sortKeysOf } from './sort-keys.ts'

/** The heads of sorted sources, each with a block of keys at a time. */
export interface MergeHeads {
  /** Whether the head of source `a` comes before that of `b`; equal ones in the order of the sources. */
  comesBefore(a: number, b: number): boolean
  /** The next block of a source, which has rows; undefined: it has ended, and comes behind all others. */
  load(source: number, keys: Column | undefined): void
  /** Goes on to the next row of a source; false where its block is used up. */
  advance(source: number): boolean
}

export function headsFor(keys: Column, count: number, isFalling: boolean): MergeHeads {
  return keys.kind === 'utf8' ? new TextHeads(count, isFalling) : new NumberHeads(count, isFalling)
}

class NumberHeads implements MergeHeads {
  readonly #blocks: (Float64Array | undefined)[]
  readonly #places: Uint32Array
  readonly #heads: Float64Array
  readonly #isFalling: boolean

  constructor(count: number, isFalling: boolean) {
    this.#blocks = new Array<undefined>(count).fill(undefined)
    this.#places = new Uint32Array(count)
    this.#heads = new Float64Array(count)
    this.#isFalling = isFalling
  }

  comesBefore(a: number, b: number): boolean {
    if (this.#blocks[a] === undefined || this.#blocks[b] === undefined) {
      return this.#blocks[b] === undefined && (this.#blocks[a] !== undefined || a < b)
    }
    const left = this.#heads[a]!
    const right = this.#heads[b]!
    if (left < right) return !this.#isFalling
    if (left > right) return this.#isFalling
    if (left === right) return a < b
    const nan = Number(Number.isNaN(left)) - Number(Number.isNaN(right))
    return nan === 0 ? a < b : nan < 0 !== this.#isFalling
  }

  load(source: number, keys: Column | undefined): void {
    const sorted = keys === undefined ? undefined : sortKeysOf(keys)
    const values = sorted?.kind === 'numbers' ? sorted.values : undefined
    this.#blocks[source] = values
    this.#places[source] = 0
    if (values !== undefined) this.#heads[source] = values[0]!
  }

  advance(source: number): boolean {
    const block = this.#blocks[source]!
    const place = this.#places[source]! + 1
    this.#places[source] = place
    if (place === block.length) return false
    this.#heads[source] = block[place]!
    return true
  }
}

interface TextBlock {
  readonly bytes: Uint8Array
  readonly lengths: Uint32Array
}

/** Texts compare by their first eight bytes as two numbers, then byte by byte. */
class TextHeads implements MergeHeads {
  readonly #blocks: (TextBlock | undefined)[]
  readonly #rows: Uint32Array
  readonly #starts: Uint32Array
  readonly #lengths: Uint32Array
  readonly #high: Uint32Array
  readonly #low: Uint32Array
  readonly #isFalling: boolean

  constructor(count: number, isFalling: boolean) {
    this.#blocks = new Array<undefined>(count).fill(undefined)
    this.#rows = new Uint32Array(count)
    this.#starts = new Uint32Array(count)
    this.#lengths = new Uint32Array(count)
    this.#high = new Uint32Array(count)
    this.#low = new Uint32Array(count)
    this.#isFalling = isFalling
  }

  comesBefore(a: number, b: number): boolean {
    if (this.#blocks[a] === undefined || this.#blocks[b] === undefined) {
      return this.#blocks[b] === undefined && (this.#blocks[a] !== undefined || a < b)
    }
    const difference =
      this.#high[a]! - this.#high[b]! || this.#low[a]! - this.#low[b]! || this.#compareRest(a, b)
    return difference === 0 ? a < b : difference < 0 !== this.#isFalling
  }

  load(source: number, keys: Column | undefined): void {
    this.#blocks[source] = keys as (Column & { kind: 'utf8' }) | undefined
    this.#rows[source] = 0
    this.#starts[source] = 0
    if (keys !== undefined) this.#readHead(source)
  }

  advance(source: number): boolean {
    const row = this.#rows[source]! + 1
    this.#rows[source] = row
    if (row === this.#blocks[source]!.lengths.length) return false
    this.#starts[source] = this.#starts[source]! + this.#lengths[source]!
    this.#readHead(source)
    return true
  }

  #readHead(source: number): void {
    const { bytes, lengths } = this.#blocks[source]!
    const start = this.#starts[source]!
    const length = lengths[this.#rows[source]!]!
    this.#lengths[source] = length
    this.#high[source] = wordAt(bytes, start, start + length)
    this.#low[source] = wordAt(bytes, start + 4, start + length)
  }

  #compareRest(a: number, b: number): number {
    const lengthOfA = this.#lengths[a]!
    const lengthOfB = this.#lengths[b]!
    const shared = Math.min(lengthOfA, lengthOfB)
    const left = this.#blocks[a]!.bytes
    const right = this.#blocks[b]!.bytes
    const startOfA = this.#starts[a]!
    const startOfB = this.#starts[b]!
    for (let i = 8; i < shared; i++) {
      const difference = rankOf(left[startOfA + i]!) - rankOf(right[startOfB + i]!)
      if (difference !== 0) return difference
    }
    return lengthOfA - lengthOfB
  }
}

/** U+E000 to U+FFFF begin with 0xEE or 0xEF: in code units they come behind what UTF-8 begins with 0xF0 to 0xF4. */
function rankOf(byte: number): number {
  return byte === 0xee || byte === 0xef ? byte + 7 : byte
}

/** Four bytes as one number that rises with them; what lies behind the end counts as 0. */
function wordAt(bytes: Uint8Array, start: number, end: number): number {
  let word = 0
  for (let i = start; i < start + 4; i++) word = (word << 8) | (i < end ? rankOf(bytes[i]!) : 0)
  return word
}
