import { type Column, detectColumn, rowsOf, valuesOf } from '#publib/columnar'
import { kernels } from '#publib/kernels'
import { RangePartitioner } from './partitioner.ts'
import { type SortClass, type SortKeys, sortClassOf, sortKeysOf } from './sort-keys.ts'

/** Finds the partitions of keys by ranges, in columns. Made for one partitioner. */
export class RangePlaces {
  readonly #partitioner: RangePartitioner<unknown>
  readonly #class: SortClass | undefined
  readonly #bounds: SortKeys | undefined

  constructor(partitioner: RangePartitioner<unknown>) {
    this.#partitioner = partitioner
    const bounds = detectColumn(partitioner.bounds)
    this.#class = sortClassOf(bounds)
    if (this.#class !== undefined) this.#bounds = sortKeysOf(bounds)
  }

  /** As `getPartition` of each. */
  of(keys: Column): Int32Array {
    const { bounds, ascending, keyFunction } = this.#partitioner
    const rows = rowsOf(keys)
    if (keyFunction === undefined && bounds.length === 0) return new Int32Array(rows)
    if (keyFunction !== undefined || this.#class === undefined || sortClassOf(keys) !== this.#class)
      return this.#placesOneByOne(keys)
    const places = placesAmong(sortKeysOf(keys), this.#bounds!)
    if (!ascending) for (let i = 0; i < rows; i++) places[i] = bounds.length - places[i]!
    return places
  }

  #placesOneByOne(keys: Column): Int32Array {
    const values = valuesOf(keys)
    const places = new Int32Array(values.length)
    for (let i = 0; i < values.length; i++) {
      places[i] = this.#partitioner.getPartition(values[i])
    }
    return places
  }
}

/** For partitioners that place by ranges of the total order; undefined for any other. */
export function rangePlacesOf(partitioner: object): RangePlaces | undefined {
  const found = known.get(partitioner)
  if (found !== undefined) return found
  if (Object.getPrototypeOf(partitioner) !== RangePartitioner.prototype) return undefined
  const ranges = partitioner as RangePartitioner<unknown>
  if (!ranges.isByTotalOrder) return undefined
  const places = new RangePlaces(ranges)
  known.set(partitioner, places)
  return places
}

/** Bounds become a column once for each partitioner. */
const known = new WeakMap<object, RangePlaces>()

function placesAmong(keys: SortKeys, bounds: SortKeys): Int32Array {
  if (keys.kind === 'texts') {
    if (bounds.kind === 'texts') return kernels().placesOfTexts(keys.texts, bounds.texts)
  } else if (bounds.kind === 'numbers') {
    return kernels().placesOfNumbers(keys.values, bounds.values)
  }
  throw new TypeError('keys and bounds are of one class')
}
