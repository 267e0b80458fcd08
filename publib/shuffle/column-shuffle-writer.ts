import { type Column, rowsOf } from '#publib/columnar'
import type { Accumulators } from './accumulators.ts'
import { type Aggregator, joinsPartitions, valueAsCombiner } from './aggregator.ts'
import { ColumnOutputWriter } from './column-output-writer.ts'
import type { ShuffleEnvironment } from './environment.ts'
import { MapSideColumns, type MapSideOptions } from './map-side-columns.ts'
import type { Partitioner } from './partitioner.ts'
import { mapSideAggregator } from './shuffle-writer.ts'
import type { MapOutput, ShuffleSpec } from './spec.ts'
import { valueAccumulators } from './value-accumulators.ts'

/** Takes the pairs of a map task. Both columns have as many rows; what is kept of them is copied. */
export interface ColumnTaker {
  take(keys: Column, values: Column): void
  /** Called after each partition, where the task gives those of several. */
  endPartition(): void
}

/**
 * `writeMapOutput` for who has columns: the same records in the same files. `push` is called once and gives all pairs to
 * the taker. Where the spec says that map tasks combine, what `makeAccumulators` makes does it; by default the aggregator's own
 * functions do.
 *
 * @throws INVALID_PARTITION, VALUE_NOT_ENCODABLE, DISK_FULL
 */
export function writeMapOutputColumns<K, V, C>(
  spec: ShuffleSpec<K, V, C>,
  makeAccumulators: (() => Accumulators) | undefined,
  mapPartition: number,
  env: ShuffleEnvironment,
  push: (taker: ColumnTaker) => void,
): MapOutput {
  const { shuffleId } = spec
  const partitioner = spec.partitioner as Partitioner
  const id = { shuffleId, mapPartition, taskId: env.taskId }
  const writer = new ColumnOutputWriter(id, partitioner, env)
  try {
    const aggregator = mapSideAggregator(spec)
    if (aggregator === undefined) pushTo(writer.add.bind(writer), () => {}, env, push)
    else combine(optionsOf(aggregator as never, makeAccumulators), writer, env, push)
    return writer.finish()
  } finally {
    writer.close()
  }
}

function combine(
  options: MapSideOptions,
  writer: ColumnOutputWriter,
  env: ShuffleEnvironment,
  push: (taker: ColumnTaker) => void,
): void {
  const combiner = new MapSideColumns(options, writer.add.bind(writer), env)
  try {
    pushTo(combiner.add.bind(combiner), () => combiner.endPartition(), env, push)
    combiner.finish()
  } finally {
    combiner.close()
  }
}

function pushTo(
  add: (keys: Column, values: Column) => void,
  endPartition: () => void,
  env: ShuffleEnvironment,
  push: (taker: ColumnTaker) => void,
): void {
  push({
    take(keys, values) {
      env.checkCancelled()
      if (rowsOf(keys) > 0) add(keys, values)
    },
    endPartition,
  })
}

function optionsOf(
  aggregator: Aggregator<never, never, unknown>,
  makeAccumulators: (() => Accumulators) | undefined,
): MapSideOptions {
  return {
    makeAccumulators: makeAccumulators ?? (() => valueAccumulators(aggregator)),
    areCombinersValues: aggregator.createCombiner === valueAsCombiner,
    joinsPartitions: joinsPartitions(aggregator),
  }
}
