import type { Column } from '#publib/columnar'

/**
 * What becomes of the values of keys that are known by number: one combiner for each, at the place of its number.
 * Made for one task; what it means is the aggregator's three functions, called in the order of the rows.
 */
export interface Accumulators {
  /** What it holds, estimated, in bytes. */
  readonly bytes: number
  /** Row i brings a value for key `ids[i]`. A key's first row creates its combiner; numbers come in order, without gaps. */
  addValues(ids: Int32Array, values: Column): void
  /** Row i brings another combiner for key `ids[i]`. */
  addCombiners(ids: Int32Array, combiners: Column): void
  /** The combiners by number: a copy. */
  column(): Column
  /** Forgets them all. */
  clear(): void
  /** Lets go of what it holds: called last, if at all. */
  release(): void
}
