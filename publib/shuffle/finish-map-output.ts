import type { MapOutputId } from '#publib/blocks'
import type { ShuffleEnvironment } from './environment.ts'
import { writeMapOutputFiles } from './map-output-file.ts'
import type { MapOutput } from './spec.ts'

/** What a map task has gathered, by reduce partition. */
export interface Gathered {
  readonly numPartitions: number
  readonly records: number
  readonly contentHash: string
  /** All blocks of one partition, in order. Asked once for each partition. */
  bytesOf(partition: number): Iterable<Uint8Array>
}

/** Writes the two files of a map output and says what it has become. */
export function finishMapOutput(
  id: MapOutputId,
  gathered: Gathered,
  { files, shuffleFolder, metrics }: ShuffleEnvironment,
): MapOutput {
  const { numPartitions, records, contentHash } = gathered
  const offsets = writeMapOutputFiles(files, shuffleFolder, id, numPartitions, partition =>
    gathered.bytesOf(partition),
  )
  const sizes = Array.from({ length: numPartitions }, (_, i) => offsets[i + 1]! - offsets[i]!)
  metrics.shuffleWrite.bytes += offsets[numPartitions]!
  metrics.shuffleWrite.records += records
  return { mapPartition: id.mapPartition, sizes, records, contentHash }
}

/** Tells the metrics how much was held at most. */
export function notePeakMemory({ metrics, memory }: ShuffleEnvironment): void {
  metrics.peakExecutionMemoryBytes = Math.max(metrics.peakExecutionMemoryBytes, memory.peakBytes)
}
