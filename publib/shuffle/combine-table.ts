import type { Batch } from '#publib/columnar'
import { estimateSize } from '#publib/memory'
import { compareValues, hashValue } from '#publib/util'
import type { Aggregator } from './aggregator.ts'
import { OUTPUT_ROWS } from './batches.ts'
import { KeyIndex } from './key-index.ts'
import type { Row } from './sorted-runs.ts'

const ENTRIES_SAMPLED = 8

/** One combiner for each key that it was shown, in the order of their first coming. */
export class CombineTable<K, V, C> {
  /** Numbers the keys. Generated loops use it, and `combiners`, as `addValue` does. */
  readonly index = new KeyIndex()
  /** By the number of their key. */
  combiners: C[] = []
  readonly #aggregator: Aggregator<K, V, C>

  constructor(aggregator: Aggregator<K, V, C>) {
    this.#aggregator = aggregator
  }

  get size(): number {
    return this.index.size
  }

  get isFull(): boolean {
    return this.index.isFull
  }

  addValue(key: K, value: V): void {
    const index = this.index.indexOf(key, hashValue(key))
    const { combiners } = this
    if (index === combiners.length) combiners.push(this.#aggregator.createCombiner(value, key))
    else combiners[index] = this.#aggregator.mergeValue(combiners[index]!, value, key)
  }

  addCombiner(key: K, combiner: C): void {
    const index = this.index.indexOf(key, hashValue(key))
    const { combiners } = this
    if (index === combiners.length) combiners.push(combiner)
    else combiners[index] = this.#aggregator.mergeCombiners(combiners[index]!, combiner, key)
  }

  *batches(): Generator<Batch<[K, C]>> {
    const { keys } = this.index
    for (let start = 0; start < keys.length; start += OUTPUT_ROWS) {
      const end = Math.min(start + OUTPUT_ROWS, keys.length)
      const batch: [K, C][] = []
      for (let i = start; i < end; i++) batch.push([keys[i] as K, this.combiners[i]!])
      yield batch
    }
  }

  /** `[hash, key, combiner]` by hash and key, as runs are spilled. */
  sortedRows(): Row[] {
    const { keys } = this.index
    return this.index
      .sortedByHash(compareValues)
      .map(i => [this.index.hashAt(i), keys[i], this.combiners[i]])
  }

  /** From a few entries spread over the table: combiners may have grown since they came. */
  estimateBytes(): number {
    const { size } = this
    if (size === 0) return 0
    const step = Math.max(1, Math.floor(size / ENTRIES_SAMPLED))
    let bytes = 0
    let sampled = 0
    for (let i = size - 1; i >= 0; i -= step) {
      bytes += estimateSize(this.index.keys[i]) + estimateSize(this.combiners[i]) + 32
      sampled++
    }
    return (bytes / sampled) * size
  }

  clear(): void {
    this.index.clear()
    this.combiners = []
  }
}
