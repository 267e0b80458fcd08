import type { Batch } from '#publib/columnar'
import {
  type ParquetPiece,
  type ParquetQuery,
  type PlannedGroup,
  planParquet,
} from '#publib/datasource/parquet'
import type { ComputeContext } from '../compute-context.ts'
import { atCallSite } from '../errors.ts'
import { type FileScan, FilesLineage } from '../files-lineage.ts'
import type { About, Fields, PartitionData } from '../lineage.ts'
import type { Parts } from '../operator.ts'
import type { Preparation } from '../preparation.ts'

export interface ParquetScan extends FileScan {
  readonly query: ParquetQuery
}

/** A partition reads row groups of about so many compressed bytes, and one at least. */
const SPLIT_BYTES_MAX = 64 * 1024 * 1024
/** Footers that are read at once. */
const FOOTERS_AT_ONCE = 16

/** Which row groups each partition reads; those that cannot hold a row which meets the filter are left out. */
export class ParquetFiles extends FilesLineage<ParquetPiece> {
  static readonly tag = 'parquetFiles'
  override readonly tag = ParquetFiles.tag
  readonly #scan: ParquetScan
  #pieces: readonly (readonly ParquetPiece[])[] = []

  constructor(about: About, scan: ParquetScan, numPartitions?: number) {
    super(about, scan, undefined, numPartitions)
    this.#scan = scan
  }

  static decode(parts: Parts): ParquetFiles {
    // Files are listed on the driver; tasks are sent their pieces.
    const scan = {
      paths: [],
      minPartitions: 1,
      codec: undefined,
      query: { columns: undefined, filter: {} },
    }
    return new ParquetFiles(parts.about, scan, parts.fields['numPartitions'] as number)
  }

  protected override get cuts(): 'anywhere' | 'betweenFiles' {
    return 'betweenFiles'
  }

  override async prepare(preparation: Preparation): Promise<void> {
    await super.prepare(preparation)
    const found = (this.splits ?? []).flatMap(split => split.ranges)
    const groups: PlannedGroup[] = []
    try {
      for (let at = 0; at < found.length; at += FOOTERS_AT_ONCE) {
        const some = found.slice(at, at + FOOTERS_AT_ONCE)
        const { query } = this.#scan
        const planned = await Promise.all(
          some.map(file => planParquet(file, query, preparation.files.sync)),
        )
        groups.push(...planned.flat())
      }
    } catch (error) {
      throw atCallSite(error, this.about.callSite)
    }
    this.#pieces = shared(groups, this.#scan.minPartitions)
    this.splits = this.#pieces.map(pieces => ({
      ranges: pieces.map(({ path, size }) => ({ path, size, start: 0, end: size, codec: 'none' })),
    }))
    this.settle()
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<ParquetPiece>> {
    yield context.partitionData(this, partition).fields as readonly ParquetPiece[]
  }

  override partitionData(partition: number): PartitionData | undefined {
    const pieces = this.#pieces[partition]
    return pieces === undefined ? undefined : { fields: pieces }
  }

  override fields(): Fields {
    return { numPartitions: this.numPartitions }
  }
}

/** Row groups one after another, in about `minPartitions` partitions of about equal bytes. */
function shared(groups: readonly PlannedGroup[], minPartitions: number): ParquetPiece[][] {
  const total = groups.reduce((sum, { bytes }) => sum + bytes, 0)
  const target = Math.max(1, Math.min(SPLIT_BYTES_MAX, Math.ceil(total / minPartitions)))
  const partitions: ParquetPiece[][] = []
  let held = Number.POSITIVE_INFINITY
  for (const { path, size, rowStart, rowEnd, bytes } of groups) {
    if (held + bytes > target) {
      partitions.push([])
      held = 0
    }
    partitions.at(-1)!.push({ path, size, rowStart, rowEnd })
    held += bytes
  }
  return partitions
}
