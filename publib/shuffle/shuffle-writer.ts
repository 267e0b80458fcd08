import type { MapOutputId } from '#publib/blocks'
import type { Batch } from '#publib/columnar'
import { hashValue } from '#publib/util'
import { GROUP_VALUES } from './aggregator.ts'
import { blockSalt } from './block-salt.ts'
import { ContentHash } from './content-hash.ts'
import type { ShuffleEnvironment } from './environment.ts'
import { notAPair } from './errors.ts'
import { writeMapOutputFiles } from './map-output-file.ts'
import { combineInMemory } from './map-side-combiner.ts'
import { PartitionBuffers } from './partition-buffers.ts'
import { checkedPartition, HashPartitioner, type Partitioner, placeHash } from './partitioner.ts'
import type { MapOutput, ShuffleSpec } from './spec.ts'

/**
 * Writes what one map task gives to a shuffle: combined where the spec says so, by reduce partition, as one data file and one
 * index. Equal records in equal order give equal bytes.
 *
 * @throws INVALID_PARTITION, VALUE_NOT_ENCODABLE, DISK_FULL
 */
export function writeMapOutput<K, V, C>(
  records: Iterable<Batch<readonly [K, V]>>,
  spec: ShuffleSpec<K, V, C>,
  mapPartition: number,
  env: ShuffleEnvironment,
): MapOutput {
  const id: MapOutputId = { shuffleId: spec.shuffleId, mapPartition, taskId: env.taskId }
  const { numPartitions } = spec.partitioner
  const buffers = new PartitionBuffers(numPartitions, place => blockSalt(id, place), env)
  try {
    const content = new ContentHash()
    const placeOf = placement(spec.partitioner)
    let count = 0
    for (const batch of combined(records, spec, env)) {
      env.checkCancelled()
      for (const record of batch) {
        if (!Array.isArray(record)) throw notAPair(record)
        const hash = hashValue(record[0])
        content.add(hash, record[1])
        buffers.add(placeOf(record[0], hash), record)
      }
      count += batch.length
    }
    const offsets = writeMapOutputFiles(env.files, env.shuffleFolder, id, numPartitions, place =>
      buffers.bytesOf(place),
    )
    const sizes = Array.from({ length: numPartitions }, (_, i) => offsets[i + 1]! - offsets[i]!)
    const { shuffleWrite } = env.metrics
    shuffleWrite.bytes += offsets[numPartitions]!
    shuffleWrite.records += count
    return { mapPartition, sizes, records: count, contentHash: content.digest() }
  } finally {
    buffers.close()
    const { metrics, memory } = env
    metrics.peakExecutionMemoryBytes = Math.max(metrics.peakExecutionMemoryBytes, memory.peakBytes)
  }
}

function combined<K, V, C>(
  records: Iterable<Batch<readonly [K, V]>>,
  spec: ShuffleSpec<K, V, C>,
  env: ShuffleEnvironment,
): Iterable<Batch<readonly [K, unknown]>> {
  const { aggregator } = spec
  if (!spec.mapSideCombine || aggregator === undefined || aggregator === GROUP_VALUES) {
    return records
  }
  return combineInMemory(records, aggregator, env)
}

/** A hash partitioner takes the hash that is at hand; any other is asked and checked. */
function placement<K>(partitioner: Partitioner<K>): (key: K, hash: number) => number {
  const { numPartitions } = partitioner
  if (Object.getPrototypeOf(partitioner) === HashPartitioner.prototype) {
    return (key, hash) => (key === null || key === undefined ? 0 : placeHash(hash, numPartitions))
  }
  return key => checkedPartition(partitioner, key)
}
