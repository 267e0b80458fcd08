import type { Batch, ValueGroup } from '#publib/columnar'
import { equalValues } from '#publib/util'
import { inBatches } from './batches.ts'
import type { SpillEnvironment } from './environment.ts'
import { compareHashed, RECORDS_BETWEEN_LOOKS } from './external-aggregator.ts'
import { GroupBuilder } from './group-builder.ts'
import { GroupTable } from './group-table.ts'
import { isPairBatch, type PairBatch } from './pair-batch.ts'
import { type Row, SortedRuns } from './sorted-runs.ts'

type Grouped<K> = [K, ValueGroup<unknown>[]]

/**
 * For each key that is in any of the sources, its values in each of them: the primitive under `groupByKey`, `cogroup` and the
 * joins. Sources are read one after the other, whether they come from shuffles or from narrow parents. Keys come out in the
 * order of their first coming or, if the data did not fit in memory, of their hashes; a group that is too large stands in a file.
 */
export function* cogroupStreams<K>(
  sources: readonly Iterable<Batch<readonly [unknown, unknown]> | PairBatch<unknown, unknown>>[],
  env: SpillEnvironment,
): Generator<Batch<Grouped<K>>> {
  const table = new GroupTable(sources.length)
  const runs = new SortedRuns(env, compareHashed)
  const keeper = env.memory.keeper()
  try {
    let looked = 0
    for (const [source, records] of sources.entries()) {
      for (const batch of records) {
        env.checkCancelled()
        const pairs = isPairBatch(batch) ? batch : undefined
        const rows = pairs?.keys ?? (batch as Batch<readonly [unknown, unknown]>)
        for (let i = 0; i < rows.length; i++) {
          const row = rows[i]
          if (pairs !== undefined) table.add(row, source, pairs.values[i])
          else table.add((row as [unknown, unknown])[0], source, (row as [unknown, unknown])[1])
          if (++looked % RECORDS_BETWEEN_LOOKS !== 0) continue
          if (!keeper.shouldSpill(table.estimatedBytes) && !table.isFull) continue
          runs.add(table.sortedRows(), keeper.bytes)
          table.clear()
          keeper.release()
        }
      }
    }
    if (runs.count === 0) {
      yield* inBatches(table.entries() as Iterable<Grouped<K>>)
      return
    }
    const last = [...table.sortedRows()]
    table.clear()
    yield* inFewBatches(mergeGroups<K>(runs.merge(last), sources.length, env), env)
  } finally {
    runs.close()
    keeper.release()
  }
}

/** `cogroupStreams` of one source: `groupByKey`. */
export function* groupExternally<K, V>(
  records: Iterable<Batch<readonly [K, V]> | PairBatch<K, V>>,
  env: SpillEnvironment,
): Generator<Batch<[K, ValueGroup<V>]>> {
  for (const batch of cogroupStreams<K>([records], env)) {
    yield batch.map(record => [record[0], record[1][0] as ValueGroup<V>])
  }
}

interface Sized<K> {
  readonly record: Grouped<K>
  readonly bytes: number
}

function* mergeGroups<K>(
  rows: Iterable<Row>,
  sources: number,
  env: SpillEnvironment,
): Generator<Sized<K>> {
  let key: unknown
  let builders: GroupBuilder[] | undefined
  const finish = (done: readonly GroupBuilder[]): Sized<K> => {
    const bytes = done.reduce((sum, builder) => sum + builder.bytes, 0)
    return { record: [key as K, done.map(builder => builder.finish())], bytes }
  }
  for (const [, rowKey, source, value] of rows) {
    if (builders === undefined || !equalValues(key, rowKey)) {
      if (builders !== undefined) yield finish(builders)
      key = rowKey
      builders = Array.from({ length: sources }, () => new GroupBuilder(env))
    }
    builders[source as number]!.add(value)
  }
  if (builders !== undefined) yield finish(builders)
}

const GROUPS_MAX = 1024

/** Batches that are bounded in bytes, for groups may be large. */
function* inFewBatches<K>(
  groups: Iterable<Sized<K>>,
  env: SpillEnvironment,
): Generator<Batch<Grouped<K>>> {
  let batch: Grouped<K>[] = []
  let held = 0
  for (const { record, bytes } of groups) {
    batch.push(record)
    held += bytes
    if (batch.length < GROUPS_MAX && held < env.memory.dataBytes / 16) continue
    env.checkCancelled()
    yield batch
    batch = []
    held = 0
  }
  if (batch.length > 0) yield batch
}
