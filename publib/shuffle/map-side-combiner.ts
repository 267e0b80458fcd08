import type { Batch } from '#publib/columnar'
import type { Aggregator } from './aggregator.ts'
import { inBatches } from './batches.ts'
import { CombineTable } from './combine-table.ts'
import type { SpillEnvironment } from './environment.ts'
import { RECORDS_BETWEEN_LOOKS } from './external-aggregator.ts'

/**
 * Combines the values of each key as far as memory allows: a table that is too large is passed on and begun anew, for
 * reducers merge combiners anyway. So a key may come out more than once.
 */
export function* combineInMemory<K, V, C>(
  records: Iterable<Batch<readonly [K, V]>>,
  aggregator: Aggregator<K, V, C>,
  env: SpillEnvironment,
): Generator<Batch<[K, C]>> {
  const table = new CombineTable(aggregator)
  const keeper = env.memory.keeper()
  try {
    let looked = 0
    for (const batch of records) {
      env.checkCancelled()
      for (const [key, value] of batch) {
        table.addValue(key, value)
        if (++looked % RECORDS_BETWEEN_LOOKS !== 0) continue
        if (!keeper.shouldSpill(table.estimateBytes()) && !table.isFull) continue
        yield* inBatches(table.entries())
        table.clear()
        keeper.release()
      }
    }
    yield* inBatches(table.entries())
  } finally {
    keeper.release()
  }
}
