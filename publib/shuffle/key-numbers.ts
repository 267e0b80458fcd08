import { type Column, hashColumn, valuesOf } from '#publib/columnar'
import { estimateSize } from '#publib/memory'
import { type KeyNumbers, NumberNumbers, TextNumbers } from './flat-numbers.ts'
import type { KeyClass } from './key-classes.ts'
import { KeyIndex } from './key-index.ts'
import { TupleNumbers } from './tuple-numbers.ts'

/** @param of the class whose keys it is shown */
export function keyNumbers(of: KeyClass): KeyNumbers {
  switch (of) {
    case 'text':
      return new TextNumbers()
    case 'number':
      return new NumberNumbers()
    case 'other':
      return new OtherNumbers()
  }
}

/** Everything else: tuples of texts and numbers by kernels as long as nothing else comes, then whatever it is by its value. */
class OtherNumbers implements KeyNumbers {
  #tuples: TupleNumbers | undefined
  #index: KeyIndex | undefined

  get size(): number {
    return this.#index?.size ?? this.#tuples?.size ?? 0
  }

  get bytes(): number {
    return this.#index === undefined ? (this.#tuples?.bytes ?? 0) : indexBytes(this.#index)
  }

  idsOf(keys: Column): Int32Array {
    if (this.#index === undefined && keys.kind === 'tuple') {
      this.#tuples ??= TupleNumbers.for(keys)
      if (this.#tuples?.takes(keys)) return this.#tuples.idsOf(keys)
    }
    this.#index ??= this.#indexOfTuples()
    return addToIndex(this.#index, keys)
  }

  keys(): Column {
    if (this.#index === undefined && this.#tuples !== undefined) return this.#tuples.keys()
    return { kind: 'values', values: this.#index?.keys.slice() ?? [] }
  }

  hashes(): Int32Array {
    const index = this.#index
    if (index === undefined) return this.#tuples?.hashes() ?? new Int32Array(0)
    return Int32Array.from(index.keys, (_, i) => index.hashAt(i))
  }

  clear(): void {
    this.#tuples?.clear()
    this.#index = undefined
  }

  release(): void {
    this.#tuples?.release()
    this.#tuples = undefined
    this.#index = undefined
  }

  /** An index in which the keys so far have the numbers that they have. */
  #indexOfTuples(): KeyIndex {
    const index = new KeyIndex()
    if (this.#tuples !== undefined && this.#tuples.size > 0) addToIndex(index, this.#tuples.keys())
    this.#tuples?.release()
    this.#tuples = undefined
    return index
  }
}

function addToIndex(index: KeyIndex, keys: Column): Int32Array {
  const hashes = hashColumn(keys).slice()
  const values = valuesOf(keys)
  const ids = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) ids[i] = index.indexOf(values[i], hashes[i]!)
  return ids
}

const KEYS_SAMPLED = 16

function indexBytes({ keys }: KeyIndex): number {
  const step = Math.max(1, Math.floor(keys.length / KEYS_SAMPLED))
  let bytes = 0
  let sampled = 0
  for (let i = 0; i < keys.length; i += step) {
    bytes += 32 + estimateSize(keys[i])
    sampled++
  }
  return sampled === 0 ? 0 : (bytes / sampled) * keys.length
}
