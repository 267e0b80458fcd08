import type { MemoryKeeper } from '#publib/memory'
import { type Aggregator, joinsPartitions } from './aggregator.ts'
import { CombineTable } from './combine-table.ts'
import type { SpillEnvironment } from './environment.ts'
import { RECORDS_BETWEEN_LOOKS } from './external-aggregator.ts'
import type { KeyIndex } from './key-index.ts'

/** Takes a key, its hash and what was combined for it. */
export type TakeCombined = (key: unknown, hash: number, combiner: unknown) => void

/**
 * Combines the values of each key as far as memory allows: a table that is too large is passed on and begun anew, for
 * reducers merge combiners anyway. So a key may come out more than once.
 */
export class MapSideCombiner {
  /** Records until the next `look`. Who adds to the table itself counts them down. */
  recordsLeft = RECORDS_BETWEEN_LOOKS
  readonly #table: CombineTable<unknown, unknown, unknown>
  readonly #keeper: MemoryKeeper
  readonly #take: TakeCombined
  readonly #joinsPartitions: boolean

  constructor(
    aggregator: Aggregator<never, never, unknown>,
    take: TakeCombined,
    env: SpillEnvironment,
  ) {
    this.#table = new CombineTable(aggregator as Aggregator<unknown, unknown, unknown>)
    this.#keeper = env.memory.keeper()
    this.#take = take
    this.#joinsPartitions = joinsPartitions(aggregator)
  }

  get index(): KeyIndex {
    return this.#table.index
  }

  /** Another array after each `look`. */
  get combiners(): unknown[] {
    return this.#table.combiners
  }

  add(key: unknown, value: unknown): void {
    this.#table.addValue(key, value)
    if (--this.recordsLeft === 0) this.look()
  }

  /** Passes on what it has, where that is too much to keep. */
  look(): void {
    this.recordsLeft = RECORDS_BETWEEN_LOOKS
    const isTooLarge = this.#keeper.shouldSpill(this.#table.estimateBytes()) || this.#table.isFull
    if (!isTooLarge) return
    this.#passOn()
    this.#keeper.release()
  }

  /** What follows is of another partition. */
  endPartition(): void {
    if (!this.#joinsPartitions) this.#passOn()
  }

  /** All records are in. */
  finish(): void {
    this.#passOn()
  }

  close(): void {
    this.#keeper.release()
  }

  #passOn(): void {
    const { index, combiners } = this.#table
    const { keys } = index
    for (let i = 0; i < keys.length; i++) this.#take(keys[i], index.hashAt(i), combiners[i])
    this.#table.clear()
  }
}
