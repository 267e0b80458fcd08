import { ArrayGroup, type ValueGroup } from '#publib/columnar'
import { estimateSize } from '#publib/memory'
import { compareValues, hashValue } from '#publib/util'
import { KeyIndex } from './key-index.ts'
import type { Row } from './sorted-runs.ts'

/** Values in memory at once: below what V8's arrays bear. */
const VALUES_MAX = 1 << 25
const VALUES_BETWEEN_SAMPLES = 32

/** The values of each key, apart for each of several sources, in the order of their first coming. */
export class GroupTable {
  readonly #sources: number
  readonly #index = new KeyIndex()
  /** The values of key i from source s stand at `i × sources + s`. */
  #lists: (unknown[] | undefined)[] = []
  #values = 0
  #sampled = 0
  #sampledBytes = 0

  constructor(sources: number) {
    this.#sources = sources
  }

  get isFull(): boolean {
    return this.#index.isFull || this.#values >= VALUES_MAX
  }

  /** By a sample of its values. */
  get estimatedBytes(): number {
    const mean = this.#sampled === 0 ? 0 : this.#sampledBytes / this.#sampled
    return this.#values * (mean + 8) + this.#index.size * (64 + 32 * this.#sources)
  }

  add(key: unknown, source: number, value: unknown): void {
    const index = this.#index.indexOf(key, hashValue(key))
    const place = index * this.#sources + source
    const list = this.#lists[place]
    if (list !== undefined) {
      list.push(value)
    } else {
      // Places are filled in order, so that the array never has holes.
      while (this.#lists.length < (index + 1) * this.#sources) this.#lists.push(undefined)
      this.#lists[place] = [value]
    }
    if (this.#values++ % VALUES_BETWEEN_SAMPLES === 0) {
      this.#sampled++
      this.#sampledBytes += estimateSize(value) + (list === undefined ? estimateSize(key) : 0)
    }
  }

  *entries(): Generator<[unknown, ValueGroup<unknown>[]]> {
    for (let i = 0; i < this.#index.size; i++) {
      const groups: ValueGroup<unknown>[] = []
      for (let source = 0; source < this.#sources; source++) {
        groups.push(new ArrayGroup(this.#lists[i * this.#sources + source] ?? []))
      }
      yield [this.#index.keys[i], groups]
    }
  }

  /** `[hash, key, source, value]` by hash and key, as runs are spilled; values of a key by source, in their order. */
  *sortedRows(): Generator<Row> {
    for (const i of this.#index.sortedByHash(compareValues)) {
      const hash = this.#index.hashAt(i)
      const key = this.#index.keys[i]
      for (let source = 0; source < this.#sources; source++) {
        for (const value of this.#lists[i * this.#sources + source] ?? []) {
          yield [hash, key, source, value]
        }
      }
    }
  }

  clear(): void {
    this.#index.clear()
    this.#lists = []
    this.#values = 0
    this.#sampled = 0
    this.#sampledBytes = 0
  }
}
