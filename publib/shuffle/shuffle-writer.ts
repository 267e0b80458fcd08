import type { Batch } from '#publib/columnar'
import { type Aggregator, GROUP_VALUES } from './aggregator.ts'
import type { ShuffleEnvironment } from './environment.ts'
import { notAPair } from './errors.ts'
import { MapOutputWriter } from './map-output-writer.ts'
import { MapSideCombiner } from './map-side-combiner.ts'
import type { Partitioner } from './partitioner.ts'
import type { MapOutput, ShuffleSpec } from './spec.ts'

/**
 * Writes what one map task gives to a shuffle, of one partition or of several: combined where the spec says so, by reduce partition, as one data file and one
 * index. Equal records in equal order give equal bytes.
 *
 * @throws INVALID_PARTITION, VALUE_NOT_ENCODABLE, DISK_FULL
 */
export function writeMapOutput<K, V, C>(
  partitions: Iterable<Iterable<Batch<readonly [K, V]>>>,
  spec: ShuffleSpec<K, V, C>,
  mapPartition: number,
  env: ShuffleEnvironment,
): MapOutput {
  return writeMapOutputBy(spec, mapPartition, env, {
    combine(combiner) {
      for (const records of partitions) {
        for (const batch of records) {
          env.checkCancelled()
          for (let i = 0; i < batch.length; i++) {
            const record: unknown = batch[i]
            if (!Array.isArray(record)) throw notAPair(record)
            combiner.add(record[0], record[1])
          }
        }
        combiner.endPartition()
      }
    },
    write(writer) {
      for (const records of partitions) {
        for (const batch of records) {
          env.checkCancelled()
          for (let i = 0; i < batch.length; i++) writer.add(batch[i])
        }
      }
    },
  })
}

/** What pushes the records of a map task: into a combiner where map tasks combine, else to the writer. */
export interface RecordPusher {
  combine(combiner: MapSideCombiner): void
  write(writer: MapOutputWriter): void
}

/** `writeMapOutput` for who pushes records one by one. */
export function writeMapOutputBy<K, V, C>(
  spec: ShuffleSpec<K, V, C>,
  mapPartition: number,
  env: ShuffleEnvironment,
  pusher: RecordPusher,
): MapOutput {
  const { shuffleId } = spec
  const partitioner = spec.partitioner as Partitioner
  const writer = new MapOutputWriter({ shuffleId, partitioner }, mapPartition, env)
  try {
    const aggregator = mapSideAggregator(spec)
    if (aggregator === undefined) pusher.write(writer)
    else combineInMemory(aggregator as Aggregator<never, never, unknown>, writer, env, pusher)
    return writer.finish()
  } finally {
    writer.close()
  }
}

/** What map tasks combine with; undefined where they do not. */
export function mapSideAggregator<K, V, C>(
  spec: ShuffleSpec<K, V, C>,
): Aggregator<K, V, C> | undefined {
  const { aggregator, mapSideCombine } = spec
  return mapSideCombine && aggregator !== GROUP_VALUES ? aggregator : undefined
}

function combineInMemory(
  aggregator: Aggregator<never, never, unknown>,
  writer: MapOutputWriter,
  env: ShuffleEnvironment,
  pusher: RecordPusher,
): void {
  const take = writer.addCombined.bind(writer)
  const combiner = new MapSideCombiner(aggregator, take, env)
  try {
    pusher.combine(combiner)
    combiner.finish()
  } finally {
    combiner.close()
  }
}
