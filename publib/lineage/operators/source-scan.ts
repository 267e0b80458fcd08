import type { Batch, Column } from '#publib/columnar'
import {
  bytesOfSplits,
  type Codec,
  type Encoding,
  listInputs,
  planSplits,
  readLineColumns,
  readLines,
  type Split,
} from '#publib/datasource/reading'
import type { ComputeContext } from '../compute-context.ts'
import { atCallSite, notPrepared } from '../errors.ts'
import {
  type About,
  type Dependency,
  type Fields,
  Lineage,
  type PartitionData,
} from '../lineage.ts'
import type { Parts } from '../operator.ts'
import type { Preparation } from '../preparation.ts'

/** What is to be read, and how. */
export interface TextScan {
  /** Absolute; files, folders and patterns. */
  readonly paths: readonly string[]
  readonly minPartitions: number
  readonly encoding: Encoding
  /** Undefined: told by the names of files. */
  readonly codec: Codec | undefined
}

/** The lines of text files. They are listed and cut in splits once, by the first action; each task is sent its own split. */
export class SourceScan extends Lineage<string> {
  static readonly tag = 'sourceScan'
  override readonly tag = SourceScan.tag
  override readonly parents: readonly Lineage<unknown>[] = []
  override readonly dependencies: readonly Dependency[] = []
  readonly scan: TextScan
  #splits: readonly Split[] | undefined
  #numPartitions: number | undefined

  constructor(about: About, scan: TextScan, numPartitions?: number) {
    super(about)
    this.scan = scan
    this.#numPartitions = numPartitions
  }

  static decode(parts: Parts): SourceScan {
    const { scan, numPartitions } = parts.fields
    return new SourceScan(parts.about, scan as TextScan, numPartitions as number)
  }

  protected override isSettled(): boolean {
    return this.#numPartitions !== undefined
  }

  override async prepare({ files }: Preparation): Promise<void> {
    const { paths, minPartitions, codec } = this.scan
    try {
      this.#splits = planSplits(await listInputs(paths, files, { codec }), minPartitions)
    } catch (error) {
      throw atCallSite(error, this.about.callSite)
    }
    this.#numPartitions = this.#splits.length
  }

  override get numPartitions(): number {
    if (this.#numPartitions === undefined) throw notPrepared(this.about.operator)
    return this.#numPartitions
  }

  /** What the user gave: files, folders and patterns. */
  get paths(): readonly string[] {
    return this.scan.paths
  }

  /** The files that it reads, once they are listed. */
  get files(): readonly string[] {
    const ranges = (this.#splits ?? []).flatMap(split => split.ranges)
    return [...new Set(ranges.map(({ path }) => path))]
  }

  override compute(partition: number, context: ComputeContext): Iterable<Batch<string>> {
    const { fields } = context.partitionData(this, partition)
    const { files } = context.environment
    const { encoding } = this.scan
    return readLines(fields as Split, files, context.metrics, { encoding })
  }

  override columns(partition: number, context: ComputeContext): Iterable<Column> {
    const { fields } = context.partitionData(this, partition)
    const { files } = context.environment
    const { encoding } = this.scan
    return readLineColumns(fields as Split, files, context.metrics, { encoding })
  }

  override partitionData(partition: number): PartitionData | undefined {
    const split = this.#splits?.[partition]
    return split === undefined ? undefined : { fields: split }
  }

  override inputBytes(): number | undefined {
    return this.#splits && bytesOfSplits(this.#splits)
  }

  override fields(): Fields {
    return { scan: this.scan, numPartitions: this.numPartitions }
  }
}
