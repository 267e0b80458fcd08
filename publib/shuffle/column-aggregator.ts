import { type Column, columnBytes, rowsOf, slicesOf } from '#publib/columnar'
import type { Accumulators } from './accumulators.ts'
import type { SpillEnvironment } from './environment.ts'
import { expectedKeys } from './expected-keys.ts'
import { HashParts, partCount } from './hash-parts.ts'
import { KeyedCombiner } from './keyed-combiner.ts'
import { pairColumns } from './pair-columns.ts'

/** The most keys of the first table, unless there are few more. */
const TABLE_KEYS_MAX = 1 << 16
/** So many keys are combined in one table all the same: to split the pairs would cost more than what the cache gains. */
const WHOLE_KEYS_MAX = 1 << 19
/** Rows of a column that comes out. */
const OUTPUT_ROWS = 16_384
/** Parts that were split this often are combined in memory, whatever they take: only keys of equal hashes are left. */
const LEVELS_MAX = 4

/** Pairs, and what their second places carry. Combiners of a key come before its values. */
export interface Carried {
  readonly what: 'values' | 'combiners'
  readonly pairs: Column
}

export interface Aggregation {
  readonly makeAccumulators: () => Accumulators
  readonly env: SpillEnvironment
  /** The most keys of a table where more than `wholeKeysMax` are to be expected, and that figure. */
  readonly keysMax?: number
  readonly wholeKeysMax?: number
}

/**
 * `aggregateExternally` for columns: pairs [key, combiner]. One table as long as it stays in the cache; then what it has and
 * what is still to come are split by hash, and each part is combined on its own.
 *
 * @param bytes what the input has, where it is known
 */
export function* aggregateColumns(
  input: Iterable<Carried>,
  aggregation: Aggregation,
  bytes: number | undefined,
): Generator<Column> {
  const combiner = new KeyedCombiner(aggregation.makeAccumulators)
  try {
    yield* combineLevel(input, combiner, aggregation, bytes, 0)
  } finally {
    combiner.release()
  }
}

function* combineLevel(
  input: Iterable<Carried>,
  combiner: KeyedCombiner,
  aggregation: Aggregation,
  bytes: number | undefined,
  level: number,
): Generator<Column> {
  const { env } = aggregation
  const size = new ExpectedSize(aggregation, bytes, level)
  const keeper = env.memory.keeper()
  let split: SplitPairs | undefined
  let isFull = false
  try {
    for (const { what, pairs } of input) {
      env.checkCancelled()
      const { keys, values } = pairColumns(pairs)
      if (isFull && split === undefined) {
        split = new SplitPairs(partCount(bytes, env), level, env)
        split.takeOver(combiner)
        keeper.release()
      }
      if (split !== undefined) split.add(what, keys, values)
      else if (what === 'values') combiner.addValues(keys, values)
      else combiner.addCombiners(keys, values)
      if (split !== undefined || level === LEVELS_MAX) continue
      isFull = keeper.shouldSpill(combiner.bytes) || size.isTooLarge(pairs, combiner.size)
    }
    if (split === undefined) yield* outputOf(combiner)
    else yield* combineParts(split, combiner, aggregation, level)
  } finally {
    split?.close()
    keeper.release()
  }
}

/** Judges by the rows so far whether one table is to hold all keys. */
class ExpectedSize {
  readonly #bytes: number | undefined
  readonly #wholeKeysMax: number
  #keysMax: number
  #rows = 0
  #seenBytes = 0

  constructor(
    { keysMax = TABLE_KEYS_MAX, wholeKeysMax = WHOLE_KEYS_MAX }: Aggregation,
    bytes: number | undefined,
    level: number,
  ) {
    this.#bytes = bytes
    this.#wholeKeysMax = wholeKeysMax
    // A part was meant to fit.
    this.#keysMax = level === 0 ? keysMax : 4 * keysMax
  }

  isTooLarge(pairs: Column, keys: number): boolean {
    this.#rows += rowsOf(pairs)
    this.#seenBytes += columnBytes(pairs)
    if (keys < this.#keysMax) return false
    if (this.#expectedKeys(keys) > this.#wholeKeysMax) return true
    this.#keysMax *= 2
    return false
  }

  #expectedKeys(keys: number): number {
    const expected = expectedKeys(keys, this.#rows)
    if (this.#bytes === undefined) return expected
    // There cannot be more than there are rows.
    return Math.min(expected, this.#rows * Math.max(1, this.#bytes / this.#seenBytes))
  }
}

function* combineParts(
  split: SplitPairs,
  combiner: KeyedCombiner,
  aggregation: Aggregation,
  level: number,
): Generator<Column> {
  for (let part = 0; part < split.count; part++) {
    combiner.clear()
    yield* combineLevel(split.pairsOf(part), combiner, aggregation, split.bytesIn(part), level + 1)
  }
}

function* outputOf(combiner: KeyedCombiner): Generator<Column> {
  for (const { keys, combiners } of combiner.entries()) {
    yield* slicesOf({ kind: 'tuple', rows: rowsOf(keys), fields: [keys, combiners] }, OUTPUT_ROWS)
  }
}

/** Combiners and values by part. */
class SplitPairs {
  readonly count: number
  readonly #combiners: HashParts
  readonly #values: HashParts

  constructor(count: number, level: number, env: SpillEnvironment) {
    this.count = count
    this.#combiners = new HashParts(count, level, env)
    this.#values = new HashParts(count, level, env)
  }

  /** What was combined so far. */
  takeOver(combiner: KeyedCombiner): void {
    for (const { keys, combiners, hashes } of combiner.entries()) {
      this.#combiners.add(keys, combiners, hashes)
    }
    combiner.clear()
  }

  add(what: Carried['what'], keys: Column, values: Column): void {
    if (what === 'values') this.#values.add(keys, values)
    else this.#combiners.add(keys, values)
  }

  bytesIn(part: number): number {
    return this.#combiners.bytesIn(part) + this.#values.bytesIn(part)
  }

  *pairsOf(part: number): Generator<Carried> {
    for (const pairs of this.#combiners.columnsOf(part)) yield { what: 'combiners', pairs }
    for (const pairs of this.#values.columnsOf(part)) yield { what: 'values', pairs }
  }

  close(): void {
    this.#combiners.close()
    this.#values.close()
  }
}
