import type { Batch } from '#publib/columnar'
import { compareValues, equalValues } from '#publib/util'
import type { Aggregator } from './aggregator.ts'
import { inBatches } from './batches.ts'
import { CombineTable } from './combine-table.ts'
import type { SpillEnvironment } from './environment.ts'
import { isPairBatch, type PairBatch } from './pair-batch.ts'
import { type Row, SortedRuns } from './sorted-runs.ts'

/** Records between two looks at the memory. */
export const RECORDS_BETWEEN_LOOKS = 1024

/**
 * One combiner for each key. Keys come out in the order of their first coming or, if the data did not fit in memory, in the
 * order of their hashes: the table is spilled as sorted runs, which are merged at the end.
 *
 * `input` says what the records carry: values, or combiners of map tasks.
 */
export function* aggregateExternally<K, V, C>(
  records: Iterable<Batch<readonly [K, V | C]> | PairBatch<K, V | C>>,
  aggregator: Aggregator<K, V, C>,
  input: 'values' | 'combiners',
  env: SpillEnvironment,
): Generator<Batch<[K, C]>> {
  const table = new CombineTable(aggregator)
  const runs = new SortedRuns(env, compareHashed)
  const keeper = env.memory.keeper()
  try {
    let looked = 0
    for (const batch of records) {
      env.checkCancelled()
      const pairs = isPairBatch(batch) ? batch : undefined
      const rows = pairs?.keys ?? (batch as Batch<readonly [K, V | C]>)
      for (let i = 0; i < rows.length; i++) {
        const key = pairs === undefined ? (rows[i] as [K, V])[0] : (rows[i] as K)
        const value = pairs === undefined ? (rows[i] as [K, V])[1] : pairs.values[i]
        if (input === 'values') table.addValue(key, value as V)
        else table.addCombiner(key, value as C)
        if (++looked % RECORDS_BETWEEN_LOOKS !== 0) continue
        if (!keeper.shouldSpill(table.estimateBytes()) && !table.isFull) continue
        runs.add(table.sortedRows(), keeper.bytes)
        table.clear()
        keeper.release()
      }
    }
    if (runs.count === 0) yield* table.batches()
    else yield* inBatches(mergeCombiners(runs.merge(table.sortedRows()), aggregator))
  } finally {
    runs.close()
    keeper.release()
  }
}

/** By hash, then by the total order of keys: equal keys stand side by side. */
export function compareHashed(a: Row, b: Row): number {
  return (a[0] as number) - (b[0] as number) || compareValues(a[1], b[1])
}

function* mergeCombiners<K, C>(
  rows: Iterable<Row>,
  aggregator: Aggregator<K, never, C>,
): Generator<[K, C]> {
  let held: [K, C] | undefined
  for (const [, key, combiner] of rows) {
    if (held !== undefined && equalValues(held[0], key)) {
      held[1] = aggregator.mergeCombiners(held[1], combiner as C, held[0])
    } else {
      if (held !== undefined) yield held
      held = [key as K, combiner as C]
    }
  }
  if (held !== undefined) yield held
}
