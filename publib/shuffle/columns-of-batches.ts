import { type Batch, type Column, detectColumn, TooDeepForColumns } from '#publib/columnar'

/** Batches of records as columns. */
export function* columnsOfBatches(batches: Iterable<Batch<unknown>>): Generator<Column> {
  for (const batch of batches) yield columnOfBatch(batch)
}

function columnOfBatch(batch: Batch<unknown>): Column {
  try {
    return detectColumn(batch)
  } catch (error) {
    if (error instanceof TooDeepForColumns) return { kind: 'values', values: batch }
    throw error
  }
}
