import type { Batch } from '#publib/columnar'

/** Records of one output batch of an operator that regroups: enough to share the cost of a call, few enough to stay in the cache. */
export const OUTPUT_ROWS = 4096

/** Single records as batches, made as they are asked for. */
export function* inBatches<T>(records: Iterable<T>): Generator<Batch<T>> {
  let batch: T[] = []
  for (const record of records) {
    batch.push(record)
    if (batch.length === OUTPUT_ROWS) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}
