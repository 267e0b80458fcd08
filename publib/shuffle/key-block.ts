import type { Located } from '#publib/columnar'
import { type SortKeys, sortKeysOf } from './sort-keys.ts'

/** Keys of a sorted block, to be compared one by one. */
export class KeyBlock {
  readonly rows: number
  readonly #keys: SortKeys
  readonly #starts: Uint32Array | undefined

  constructor({ column, starts }: Located) {
    this.#keys = sortKeysOf(column)
    this.#starts = starts
    const { kind } = this.#keys
    this.rows = kind === 'texts' ? this.#keys.texts.lengths.length : this.#keys.values.length
  }

  /** As compareValues of the keys, which are of one class. */
  compare(row: number, other: KeyBlock, otherRow: number): number {
    const mine = this.#keys
    const others = other.#keys
    if (mine.kind === 'numbers' && others.kind === 'numbers') {
      return compareNumbers(mine.values[row]!, others.values[otherRow]!)
    }
    return compareTexts(this.#textAt(row), other.#textAt(otherRow))
  }

  #textAt(row: number): Uint8Array {
    if (this.#keys.kind !== 'texts') throw new TypeError('numbers and texts have no common order')
    const starts = this.#starts!
    return this.#keys.texts.bytes.subarray(starts[row], starts[row + 1])
  }
}

function compareNumbers(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  return a === b ? 0 : Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

/** Texts as bytes, in the order of their UTF-16 code units. */
function compareTexts(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const left = a[i]!
    const right = b[i]!
    if (left !== right) return rankOf(left) - rankOf(right)
  }
  return a.length - b.length
}

/** U+E000 to U+FFFF begin with 0xEE or 0xEF: in code units they come behind what UTF-8 begins with 0xF0 to 0xF4. */
function rankOf(byte: number): number {
  return byte === 0xee || byte === 0xef ? byte + 7 : byte
}
