import type { Batch } from '#publib/columnar'
import { kernels } from '#publib/kernels'
import { SizeSampler } from '#publib/memory'
import { compareValues } from '#publib/util'
import { inBatches } from './batches.ts'
import type { SpillEnvironment } from './environment.ts'
import { RECORDS_BETWEEN_LOOKS } from './external-aggregator.ts'
import { type Row, SortedRuns } from './sorted-runs.ts'
import type { KeyOrdering } from './spec.ts'

/** Rows in memory at once: below what V8's arrays bear. */
const ROWS_MAX = 1 << 24

/**
 * Records by key, stable: equal keys keep the order in which they came. What does not fit in memory is sorted in runs that
 * are spilled and merged. A comparator that contradicts itself gives some order, but ends; what it throws is thrown.
 */
export function* sortExternally<K, V>(
  records: Iterable<Batch<readonly [K, V]>>,
  ordering: KeyOrdering<K>,
  env: SpillEnvironment,
): Generator<Batch<[K, V]>> {
  const compare = rowComparison(ordering)
  const runs = new SortedRuns(env, compare)
  const keeper = env.memory.keeper()
  const sampler = new SizeSampler()
  const { key: keyOf } = ordering
  let rows: Row[] = []
  try {
    for (const batch of records) {
      env.checkCancelled()
      for (let i = 0; i < batch.length; i++) {
        const record = batch[i]!
        // What it is sorted by stands first; without a key function that is the record itself.
        rows.push(keyOf === undefined ? record : [keyOf(record[0]), record[0], record[1]])
        sampler.add(record)
        if (rows.length % RECORDS_BETWEEN_LOOKS !== 0) continue
        if (!keeper.shouldSpill(sampler.bytes) && rows.length < ROWS_MAX) continue
        runs.add(sortRows(rows, compare, ordering), keeper.bytes)
        rows = []
        sampler.reset()
        keeper.release()
      }
    }
    const last = sortRows(rows, compare, ordering)
    const sorted = runs.count === 0 ? last : runs.merge(last)
    yield* inBatches(keyOf === undefined ? (sorted as Iterable<[K, V]>) : pairsOf<K, V>(sorted))
  } finally {
    runs.close()
    keeper.release()
  }
}

function* pairsOf<K, V>(rows: Iterable<Row>): Generator<[K, V]> {
  for (const [, key, value] of rows) yield [key as K, value as V]
}

function rowComparison(ordering: KeyOrdering<never>): (a: Row, b: Row) => number {
  const compare = (ordering.compare ?? compareValues) as (a: unknown, b: unknown) => number
  // NaN, undefined and other nonsense of a user's comparator count as equal.
  const sign = (a: Row, b: Row): number => {
    const difference = compare(a[0], b[0])
    return difference < 0 ? -1 : difference > 0 ? 1 : 0
  }
  return ordering.ascending ? sign : (a, b) => sign(b, a)
}

/** Sorts in place; numbers alone and strings alone without a call into the total order. */
function sortRows(
  rows: Row[],
  compare: (a: Row, b: Row) => number,
  ordering: KeyOrdering<never>,
): Row[] {
  const direction = ordering.ascending ? 1 : -1
  if (ordering.compare !== undefined) return rows.sort(compare)
  if (rows.every(row => typeof row[0] === 'string')) {
    const texts = rows as (readonly [string])[]
    return texts.sort((a, b) => (a[0] < b[0] ? -direction : a[0] > b[0] ? direction : 0))
  }
  if (rows.every(row => typeof row[0] === 'number')) {
    return sortByNumbers(rows, !ordering.ascending)
  }
  return rows.sort(compare)
}

function sortByNumbers(rows: readonly Row[], isFalling: boolean): Row[] {
  const numbers = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) numbers[i] = rows[i]![0] as number
  const order = kernels().orderOfNumbers(numbers, isFalling)
  const sorted: Row[] = []
  for (let i = 0; i < order.length; i++) sorted.push(rows[order[i]!]!)
  return sorted
}
