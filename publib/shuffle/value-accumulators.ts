import { type Column, detectColumn, rowsOf, valuesOf } from '#publib/columnar'
import { estimateSize } from '#publib/memory'
import type { Accumulators } from './accumulators.ts'
import { type Aggregator, keepFirst, valueAsCombiner } from './aggregator.ts'
import { FirstAccumulators } from './first-accumulators.ts'

const COMBINERS_SAMPLED = 8

/**
 * Accumulators for any aggregator: its functions are called for each row, and what they give is kept as it is. They are not
 * told the key: who makes accumulators has none.
 */
export function valueAccumulators(aggregator: Aggregator<never, never, unknown>): Accumulators {
  const { createCombiner, mergeValue, mergeCombiners } = aggregator as unknown as ValueAggregator
  const keepsFirst = mergeValue === keepFirst && mergeCombiners === keepFirst
  if (keepsFirst && createCombiner === valueAsCombiner) return new FirstAccumulators()
  return new ValueAccumulators(aggregator as unknown as ValueAggregator)
}

/** An aggregator that looks at no key. */
interface ValueAggregator {
  readonly createCombiner: (value: unknown) => unknown
  readonly mergeValue: (combiner: unknown, value: unknown) => unknown
  readonly mergeCombiners: (a: unknown, b: unknown) => unknown
}

class ValueAccumulators implements Accumulators {
  readonly #aggregator: ValueAggregator
  #combiners: unknown[] = []

  constructor(aggregator: ValueAggregator) {
    this.#aggregator = aggregator
  }

  /** From a few of them: they may have grown since they came. */
  get bytes(): number {
    const size = this.#combiners.length
    if (size === 0) return 0
    const step = Math.max(1, Math.floor(size / COMBINERS_SAMPLED))
    let bytes = 0
    let sampled = 0
    for (let i = size - 1; i >= 0; i -= step) {
      bytes += 8 + estimateSize(this.#combiners[i])
      sampled++
    }
    return (bytes / sampled) * size
  }

  addValues(ids: Int32Array, values: Column): void {
    const aggregator = this.#aggregator
    const combiners = this.#combiners
    const items = itemsOf(values)
    for (let i = 0; i < items.length; i++) {
      const id = ids[i]!
      if (id === combiners.length) combiners.push(aggregator.createCombiner(items[i]))
      else combiners[id] = aggregator.mergeValue(combiners[id], items[i])
    }
  }

  addCombiners(ids: Int32Array, column: Column): void {
    const aggregator = this.#aggregator
    const combiners = this.#combiners
    const items = itemsOf(column)
    for (let i = 0; i < items.length; i++) {
      const id = ids[i]!
      if (id === combiners.length) combiners.push(items[i])
      else combiners[id] = aggregator.mergeCombiners(combiners[id], items[i])
    }
  }

  /** Numbers as such: what comes next need not look at each. */
  column(): Column {
    const values = this.#combiners.slice()
    return typeof values[0] === 'number' ? detectColumn(values) : { kind: 'values', values }
  }

  clear(): void {
    this.#combiners = []
  }

  release(): void {
    this.clear()
  }
}

/** The values of a column, to be read in order: arrays of plain values and of numbers as they are. */
function itemsOf(column: Column): ArrayLike<unknown> {
  switch (column.kind) {
    case 'values':
    case 'f64':
    case 'i32':
    case 'i64':
      return column.values
    default:
      return rowsOf(column) === 0 ? [] : valuesOf(column)
  }
}
