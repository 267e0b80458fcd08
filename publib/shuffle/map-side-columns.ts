import { type Column, rowsOf } from '#publib/columnar'
import type { MemoryKeeper } from '#publib/memory'
import type { Accumulators } from './accumulators.ts'
import type { SpillEnvironment } from './environment.ts'
import { KeyedCombiner, SingleValues } from './keyed-combiner.ts'

/** Takes keys, their combiners, and the hashes of the keys where they are at hand. */
export type TakeColumns = (keys: Column, combiners: Column, hashes?: Int32Array) => void

/** The most keys of a table. It has long left the second-level cache then, but a key that is passed on once more costs more than that. */
const TABLE_KEYS_MAX = 1 << 18
/** Of the rows that brought the first keys, and of those that filled the table, the part that must have met a key again: else combining is given up. */
const HITS_MIN = 0.15
const FIRST_KEYS = 1 << 16

export interface MapSideOptions {
  readonly makeAccumulators: () => Accumulators
  /** Whether the combiner of a single value is that value. */
  readonly areCombinersValues: boolean
  /** Whether a value may join what was combined for other partitions. Default: it may not. */
  readonly joinsPartitions?: boolean
  /** The most keys of a table. */
  readonly keysMax?: number
}

/**
 * MapSideCombiner for columns: a table that is full is passed on and begun anew, for reducers merge combiners anyway. Where
 * keys hardly ever come again while the table lasts, values pass one by one for the rest of the task.
 */
export class MapSideColumns {
  readonly #combiner: KeyedCombiner
  readonly #keeper: MemoryKeeper
  readonly #take: TakeColumns
  readonly #options: MapSideOptions
  readonly #keysMax: number
  /** At so many keys it is asked whether keys come again. */
  #keysAsked: number
  #rows = 0
  /** Makes combiners of single values, once combining is given up. */
  #singles: SingleValues | undefined
  #combinersOf: ((values: Column) => Column) | undefined

  constructor(options: MapSideOptions, take: TakeColumns, env: SpillEnvironment) {
    this.#options = options
    this.#keysMax = options.keysMax ?? TABLE_KEYS_MAX
    this.#keysAsked = Math.min(FIRST_KEYS, this.#keysMax)
    this.#combiner = new KeyedCombiner(options.makeAccumulators)
    this.#keeper = env.memory.keeper()
    this.#take = take
  }

  add(keys: Column, values: Column): void {
    if (this.#combinersOf !== undefined) {
      this.#take(keys, this.#combinersOf(values))
      return
    }
    this.#rows += rowsOf(keys)
    this.#combiner.addValues(keys, values)
    const { size } = this.#combiner
    if (size >= this.#keysAsked) {
      if (this.#rows - size < this.#rows * HITS_MIN) this.#combinersOf = this.#combinersOfSingles()
      this.#keysAsked = this.#keysMax
    }
    const isOver = size >= this.#keysMax || this.#combinersOf !== undefined
    if (!this.#keeper.shouldSpill(this.#combiner.bytes) && !isOver) return
    this.#passOn()
  }

  /** What follows is of another partition. */
  endPartition(): void {
    if (this.#options.joinsPartitions !== true && this.#combinersOf === undefined) this.#passOn()
  }

  /** All pairs are in. */
  finish(): void {
    if (this.#combinersOf === undefined) this.#passOn()
  }

  close(): void {
    this.#combiner.release()
    this.#singles?.release()
    this.#keeper.release()
  }

  #combinersOfSingles(): (values: Column) => Column {
    if (this.#options.areCombinersValues) return values => values
    const singles = new SingleValues(this.#options.makeAccumulators())
    this.#singles = singles
    return values => singles.combinersOf(values)
  }

  #passOn(): void {
    for (const { keys, combiners, hashes } of this.#combiner.entries()) {
      this.#take(keys, combiners, hashes)
    }
    if (this.#combinersOf === undefined) this.#combiner.clear()
    else this.#combiner.release()
    this.#rows = 0
    this.#keysAsked = Math.min(FIRST_KEYS, this.#keysMax)
    this.#keeper.release()
  }
}
