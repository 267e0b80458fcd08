import type { Batch } from '#publib/columnar'
import { readObjects } from '#publib/datasource/binary'
import type { Partitioner } from '#publib/shuffle'
import { SimSparkError } from '#publib/util'
import type { ComputeContext } from '../compute-context.ts'
import { checkpointFileLost } from '../errors.ts'
import {
  type About,
  type Dependency,
  type Fields,
  Lineage,
  type PartitionData,
} from '../lineage.ts'
import type { Parts } from '../operator.ts'

/** A file of a reliable checkpoint: blocks with checksums, as in object files. */
export interface CheckpointFile {
  readonly path: string
  readonly bytes: number
}

/** What was checkpointed reliably: one file a partition, and no parents any more. */
export class CheckpointFiles<T> extends Lineage<T> {
  static readonly tag = 'checkpointFiles'
  override readonly tag = CheckpointFiles.tag
  override readonly parents: readonly Lineage<unknown>[] = []
  override readonly dependencies: readonly Dependency[] = []
  override readonly numPartitions: number
  readonly #partitioner: Partitioner | undefined
  readonly #files: readonly CheckpointFile[]

  constructor(
    about: About,
    files: readonly CheckpointFile[],
    placement: {
      readonly numPartitions: number
      readonly partitioner: Partitioner | undefined
    },
  ) {
    super(about)
    this.#files = files
    this.numPartitions = placement.numPartitions
    this.#partitioner = placement.partitioner
  }

  override get partitioner(): Partitioner | undefined {
    return this.#partitioner
  }

  static decode({ about, fields }: Parts): CheckpointFiles<unknown> {
    const numPartitions = fields['numPartitions'] as number
    return new CheckpointFiles(about, [], { numPartitions, partitioner: undefined })
  }

  /** @throws CHECKPOINT_LOST */
  override *compute(partition: number, context: ComputeContext): Iterable<Batch<T>> {
    const { path, bytes } = context.partitionData(this, partition).fields as CheckpointFile
    const { files } = context.environment
    const split = { ranges: [{ path, start: 0, end: bytes, size: bytes, codec: 'none' as const }] }
    try {
      yield* readObjects(split, files, context.metrics) as Iterable<Batch<T>>
    } catch (error) {
      const isOfFile = error instanceof SimSparkError && LOSSES.has(error.code)
      throw isOfFile ? checkpointFileLost(this.about, partition, path, error) : error
    }
  }

  override partitionData(partition: number): PartitionData | undefined {
    const file = this.#files[partition]
    return file === undefined ? undefined : { fields: file }
  }

  override fields(): Fields {
    return { numPartitions: this.numPartitions }
  }
}

const LOSSES: ReadonlySet<string> = new Set(['FILE_UNREADABLE', 'CORRUPT_FILE', 'PATH_NOT_FOUND'])
