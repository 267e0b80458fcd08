import { type Batch, type Column, valuesOf } from '#publib/columnar'

/** Keys and values of a batch, apart: pairs that nobody needs are never made. */
export interface PairBatch<K, V> {
  readonly keys: readonly K[]
  readonly values: readonly V[]
}

/** The records of a column, as keys and values where they are pairs. */
export function pairsOf(column: Column): PairBatch<unknown, unknown> | Batch<unknown> {
  if (column.kind !== 'tuple' || column.fields.length !== 2) return valuesOf(column)
  const [keys, values] = column.fields
  return { keys: valuesOf(keys!), values: valuesOf(values!) }
}

export function isPairBatch<K, V>(
  batch: PairBatch<K, V> | Batch<readonly [K, V]>,
): batch is PairBatch<K, V> {
  return !Array.isArray(batch)
}

/** A batch as pairs, for who needs them. */
export function asRecords<K, V>(batch: PairBatch<K, V> | Batch<readonly [K, V]>): Batch<[K, V]> {
  if (!isPairBatch(batch)) return batch as Batch<[K, V]>
  const { keys, values } = batch
  const records = new Array<[K, V]>(keys.length)
  for (let i = 0; i < keys.length; i++) records[i] = [keys[i]!, values[i]!]
  return records
}
