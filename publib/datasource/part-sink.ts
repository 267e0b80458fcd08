import { join } from 'node:path'
import type { Batch } from '#publib/columnar'
import type { SyncFiles } from '#publib/env'
import type { TaskMetrics } from '#publib/task'
import { type Codec, extensionOf } from './codecs/index.ts'
import { outputWriteFailed } from './errors.ts'
import { attemptFolder } from './output-folders.ts'
import { PartFile } from './part-file.ts'
import { type PartFormat, partWriter } from './part-formats.ts'

/** What tasks must know of the output they write to. Plain data: it travels with the stage. */
export interface OutputJob {
  /** Where the output will stand. */
  readonly path: string
  readonly staging: string
  readonly jobId: string
  readonly codec: Codec
  readonly mode: 'error' | 'overwrite' | 'append' | 'ignore'
  readonly format: PartFormat
}

/** What one attempt has written: nothing of it is output until the driver commits it. */
export interface WrittenPart {
  readonly partition: number
  readonly attempt: number
  readonly name: string
  readonly rows: number
  readonly bytes: number
  readonly crc32: number
}

export interface SinkEnvironment {
  readonly files: SyncFiles
  readonly metrics: TaskMetrics
  readonly checkCancelled: () => void
}

/** `part-00007.gz`: follows from the partition alone. */
function partName(partition: number, { codec, format }: OutputJob): string {
  const extension = format.kind === 'parquet' ? '.parquet' : extensionOf(codec)
  return `part-${String(partition).padStart(5, '0')}${extension}`
}

/**
 * Writes a partition in its format, in the private folder of the attempt. As text, an element that holds line ends becomes
 * several lines.
 *
 * @throws DISK_FULL, VALUE_NOT_ENCODABLE
 */
export function writePart(
  records: Iterable<Batch<unknown>>,
  output: OutputJob,
  partition: number,
  attempt: number,
  env: SinkEnvironment,
): WrittenPart {
  const folder = attemptFolder(output.staging, attempt)
  const name = partName(partition, output)
  const path = join(folder, name)
  let part: PartFile | undefined
  try {
    env.files.makeFolder(folder)
    part = new PartFile(env.files.open(path, 'w'), output.codec)
    const writer = partWriter(output.format, part)
    let rows = 0
    for (const batch of records) {
      env.checkCancelled()
      writer.write(batch)
      rows += batch.length
    }
    writer.finish()
    part.finish()
    env.metrics.output.records += rows
    env.metrics.output.bytes += part.bytes
    return { partition, attempt, name, rows, bytes: part.bytes, crc32: part.crc32 }
  } catch (error) {
    part?.close()
    env.files.remove(folder)
    throw outputWriteFailed(path, error)
  } finally {
    part?.close()
  }
}
