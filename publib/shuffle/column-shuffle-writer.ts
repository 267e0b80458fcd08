import { type Column, valuesOf } from '#publib/columnar'
import type { Accumulators } from './accumulators.ts'
import { ColumnOutputWriter } from './column-output-writer.ts'
import type { ShuffleEnvironment } from './environment.ts'
import type { Partitioner } from './partitioner.ts'
import { mapSideAggregator, writeMapOutputBy } from './shuffle-writer.ts'
import type { MapOutput, ShuffleSpec } from './spec.ts'

/** Takes the pairs of a map task. Both columns have as many rows; what is kept of them is copied. */
export interface ColumnTaker {
  take(keys: Column, values: Column): void
}

/**
 * `writeMapOutput` for who has columns: the same records in the same files. `push` is called once and gives all pairs to
 * the taker; values are combined by `makeAccumulators` where the spec says that map tasks combine (and it is given).
 *
 * @throws INVALID_PARTITION, VALUE_NOT_ENCODABLE, DISK_FULL
 */
export function writeMapOutputColumns<K, V, C>(
  spec: ShuffleSpec<K, V, C>,
  _makeAccumulators: (() => Accumulators) | undefined,
  mapPartition: number,
  env: ShuffleEnvironment,
  push: (taker: ColumnTaker) => void,
): MapOutput {
  if (mapSideAggregator(spec) !== undefined) return writeByRows(spec, mapPartition, env, push)
  const { shuffleId } = spec
  const partitioner = spec.partitioner as Partitioner
  const id = { shuffleId, mapPartition, taskId: env.taskId }
  const writer = new ColumnOutputWriter(id, partitioner, env)
  try {
    push({
      take(keys, values) {
        env.checkCancelled()
        writer.add(keys, values)
      },
    })
    return writer.finish()
  } finally {
    writer.close()
  }
}

function writeByRows<K, V, C>(
  spec: ShuffleSpec<K, V, C>,
  mapPartition: number,
  env: ShuffleEnvironment,
  push: (taker: ColumnTaker) => void,
): MapOutput {
  const each = (add: (key: unknown, value: unknown) => void): void =>
    push({
      take(keys, values) {
        env.checkCancelled()
        const items = valuesOf(values)
        for (const [i, key] of valuesOf(keys).entries()) add(key, items[i])
      },
    })
  return writeMapOutputBy(spec, mapPartition, env, {
    combine: combiner => each((key, value) => combiner.add(key, value)),
    write: writer => each((key, value) => writer.addPair(key, value)),
  })
}
