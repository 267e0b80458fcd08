import { type Column, rowsOf } from '#publib/columnar'
import type { MemoryKeeper } from '#publib/memory'
import type { Accumulators } from './accumulators.ts'
import type { SpillEnvironment } from './environment.ts'
import { KeyedCombiner, SingleValues } from './keyed-combiner.ts'

/** Takes keys, their combiners, and the hashes of the keys where they are at hand. */
export type TakeColumns = (keys: Column, combiners: Column, hashes?: Int32Array) => void

/** The most keys of a table: beyond it, it leaves the second-level cache. */
export const TABLE_KEYS_MAX = 1 << 16
/** Of the rows that filled a table, the part that must have met a key again: else combining is given up. */
const HITS_MIN = 0.15

/**
 * MapSideCombiner for columns: a table that is full is passed on and begun anew, for reducers merge combiners anyway. Where
 * keys hardly ever come again while the table lasts, values pass one by one for the rest of the task.
 */
export class MapSideColumns {
  readonly #combiner: KeyedCombiner
  readonly #keeper: MemoryKeeper
  readonly #take: TakeColumns
  readonly #makeAccumulators: () => Accumulators
  readonly #keysMax: number
  #rows = 0
  #singles: SingleValues | undefined

  constructor(
    makeAccumulators: () => Accumulators,
    take: TakeColumns,
    env: SpillEnvironment,
    keysMax = TABLE_KEYS_MAX,
  ) {
    this.#keysMax = keysMax
    this.#makeAccumulators = makeAccumulators
    this.#combiner = new KeyedCombiner(makeAccumulators)
    this.#keeper = env.memory.keeper()
    this.#take = take
  }

  add(keys: Column, values: Column): void {
    if (this.#singles !== undefined) {
      this.#take(keys, this.#singles.combinersOf(values))
      return
    }
    this.#rows += rowsOf(keys)
    this.#combiner.addValues(keys, values)
    const { size } = this.#combiner
    const isFull = size >= this.#keysMax
    if (!this.#keeper.shouldSpill(this.#combiner.bytes) && !isFull) return
    if (isFull && this.#rows - size < this.#rows * HITS_MIN) {
      this.#singles = new SingleValues(this.#makeAccumulators())
    }
    this.#passOn()
  }

  /** All pairs are in. */
  finish(): void {
    if (this.#singles === undefined) this.#passOn()
  }

  close(): void {
    this.#combiner.release()
    this.#keeper.release()
  }

  #passOn(): void {
    for (const { keys, combiners, hashes } of this.#combiner.entries()) {
      this.#take(keys, combiners, hashes)
    }
    if (this.#singles === undefined) this.#combiner.clear()
    else this.#combiner.release()
    this.#rows = 0
    this.#keeper.release()
  }
}
