import type { Batch, Column } from '#publib/columnar'
import type { Split } from '#publib/datasource/reading'
import { type JsonScan, readJsonLineColumns, readJsonLines } from '#publib/datasource/records'
import type { ComputeContext } from '../compute-context.ts'
import { type FileScan, FilesLineage, type MalformedCount } from '../files-lineage.ts'
import type { About, Fields, PartitionData } from '../lineage.ts'
import type { Parts } from '../operator.ts'
import type { Preparation } from '../preparation.ts'

/** What is to be read, and how. */
export interface JsonLinesScan extends FileScan {
  readonly json: JsonScan
}

/** The values of files that hold one JSON value a line. */
export class JsonLinesSource extends FilesLineage<unknown> {
  static readonly tag = 'jsonLines'
  override readonly tag = JsonLinesSource.tag
  readonly scan: JsonLinesScan

  constructor(
    about: About,
    scan: JsonLinesScan,
    malformed: MalformedCount | undefined,
    numPartitions?: number,
  ) {
    super(about, scan, malformed, numPartitions)
    this.scan = scan
  }

  static decode(parts: Parts): JsonLinesSource {
    const { scan, numPartitions } = parts.fields
    const malformed = parts.roots[0] as MalformedCount | undefined
    return new JsonLinesSource(
      parts.about,
      scan as JsonLinesScan,
      malformed,
      numPartitions as number,
    )
  }

  override async prepare(preparation: Preparation): Promise<void> {
    await super.prepare(preparation)
    this.settle()
  }

  override compute(partition: number, context: ComputeContext): Iterable<Batch<unknown>> {
    const { fields } = context.partitionData(this, partition)
    const { files } = context.environment
    const onMalformed = this.malformedIn(context)
    return readJsonLines(fields as Split, this.scan.json, files, context.metrics, onMalformed)
  }

  override columns(partition: number, context: ComputeContext): Iterable<Column> {
    const { fields } = context.partitionData(this, partition)
    const { files } = context.environment
    const onMalformed = this.malformedIn(context)
    return readJsonLineColumns(fields as Split, this.scan.json, files, context.metrics, onMalformed)
  }

  override partitionData(partition: number): PartitionData | undefined {
    const split = this.splits?.[partition]
    return split === undefined ? undefined : { fields: split }
  }

  override fields(): Fields {
    return { scan: this.scan, numPartitions: this.numPartitions }
  }
}
