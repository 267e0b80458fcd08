import { type Column, rowsOf } from '#publib/columnar'
import type { Accumulators } from './accumulators.ts'
import type { KeyNumbers } from './flat-numbers.ts'
import { classesOfKeys, type KeyClass, valuesOfClass } from './key-classes.ts'
import { keyNumbers } from './key-numbers.ts'

interface Keyed {
  readonly numbers: KeyNumbers
  readonly accumulators: Accumulators
}

/** Keys with what was combined for them, each key once. */
export interface Combined {
  readonly keys: Column
  readonly combiners: Column
  /** hashValue of each key. */
  readonly hashes: Int32Array
}

/** One combiner for each key of the columns that it is shown, whatever kinds they are of. */
export class KeyedCombiner {
  readonly #makeAccumulators: () => Accumulators
  readonly #classes = new Map<KeyClass, Keyed>()

  constructor(makeAccumulators: () => Accumulators) {
    this.#makeAccumulators = makeAccumulators
  }

  /** How many keys it knows. */
  get size(): number {
    let size = 0
    for (const { numbers } of this.#classes.values()) size += numbers.size
    return size
  }

  /** What it holds, in bytes. */
  get bytes(): number {
    let bytes = 0
    for (const { numbers, accumulators } of this.#classes.values()) {
      bytes += numbers.bytes + accumulators.bytes
    }
    return bytes
  }

  addValues(keys: Column, values: Column): void {
    for (const part of classesOfKeys(keys)) {
      const { numbers, accumulators } = this.#of(part.of)
      const own = valuesOfClass(values, part)
      accumulators.addValues(numbers.idsOf(part.keys), own)
    }
  }

  addCombiners(keys: Column, combiners: Column): void {
    for (const part of classesOfKeys(keys)) {
      const { numbers, accumulators } = this.#of(part.of)
      const own = valuesOfClass(combiners, part)
      accumulators.addCombiners(numbers.idsOf(part.keys), own)
    }
  }

  *entries(): Generator<Combined> {
    for (const { numbers, accumulators } of this.#classes.values()) {
      if (numbers.size === 0) continue
      const combiners = accumulators.column()
      yield { keys: numbers.keys(), combiners, hashes: numbers.hashes() }
    }
  }

  clear(): void {
    for (const { numbers, accumulators } of this.#classes.values()) {
      numbers.clear()
      accumulators.clear()
    }
  }

  release(): void {
    for (const { numbers, accumulators } of this.#classes.values()) {
      numbers.release()
      accumulators.release()
    }
    this.#classes.clear()
  }

  #of(of: KeyClass): Keyed {
    let keyed = this.#classes.get(of)
    if (keyed === undefined) {
      keyed = { numbers: keyNumbers(of), accumulators: this.#makeAccumulators() }
      this.#classes.set(of, keyed)
    }
    return keyed
  }
}

/** Combiners of single values: what they are before anything is combined. */
export class SingleValues {
  readonly #accumulators: Accumulators
  #ids = new Int32Array(0)

  constructor(accumulators: Accumulators) {
    this.#accumulators = accumulators
  }

  combinersOf(values: Column): Column {
    const rows = rowsOf(values)
    if (this.#ids.length < rows) this.#ids = Int32Array.from({ length: rows * 2 }, (_, i) => i)
    this.#accumulators.addValues(this.#ids.subarray(0, rows), values)
    const combiners = this.#accumulators.column()
    this.#accumulators.clear()
    return combiners
  }

  release(): void {
    this.#accumulators.release()
  }
}
