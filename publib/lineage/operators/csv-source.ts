import { type Batch, type Column, valuesOf } from '#publib/columnar'
import {
  type CellType,
  type CsvRange,
  type CsvScan,
  type QuoteTable,
  quotesAt,
  readCsv,
} from '#publib/datasource/csv'
import type { FileRange, Split } from '#publib/datasource/reading'
import { Collect } from '../actions/collect.ts'
import type { ComputeContext } from '../compute-context.ts'
import { type FileScan, FilesLineage, type MalformedCount } from '../files-lineage.ts'
import type { About, Fields, PartitionData } from '../lineage.ts'
import type { Parts } from '../operator.ts'
import type { Preparation } from '../preparation.ts'
import { CsvProbe, type RangeProbe } from './csv-probe.ts'

/** What is to be read, and how. `csv` lacks names and types where the files must tell them. */
export interface CsvFiles extends FileScan {
  readonly csv: CsvScan
  readonly infersTypes: boolean
}

/** The rows of CSV files. A look at them beforehand tells the columns, and where records begin in the middle of a file. */
export class CsvSource extends FilesLineage<unknown> {
  static readonly tag = 'csv'
  override readonly tag = CsvSource.tag
  readonly #files: CsvFiles
  #csv: CsvScan
  #ranges: readonly (readonly CsvRange[])[] = []

  constructor(
    about: About,
    files: CsvFiles,
    malformed: MalformedCount | undefined,
    numPartitions?: number,
  ) {
    super(about, files, malformed, numPartitions)
    this.#files = files
    this.#csv = files.csv
  }

  static decode(parts: Parts): CsvSource {
    const { files, numPartitions } = parts.fields
    const malformed = parts.roots[0] as MalformedCount | undefined
    return new CsvSource(parts.about, files as CsvFiles, malformed, numPartitions as number)
  }

  /** Comments may hold quotes that mean nothing; two bytes a character are turned into UTF-8 from the start on. */
  protected override get cuts(): 'anywhere' | 'betweenFiles' {
    const { comment, encoding } = this.#files.csv.format
    return comment === '' && encoding !== 'utf16le' ? 'anywhere' : 'betweenFiles'
  }

  override async prepare(preparation: Preparation): Promise<void> {
    await super.prepare(preparation)
    const splits = this.splits ?? []
    const probes = await this.#probe(splits, preparation)
    this.#ranges = withQuotes(splits, probes)
    const head = probes.find(probe => probe.head !== undefined)?.head
    const { csv, infersTypes } = this.#files
    const names = csv.names ?? head?.names
    const types: readonly CellType[] | undefined = infersTypes ? head?.types : csv.types
    this.#csv = { ...csv, names: names ?? (csv.format.hasHeader ? [] : undefined), types }
    this.settle()
  }

  /** One for each range. Nothing is looked at where there is nothing to learn. */
  async #probe(splits: readonly Split[], preparation: Preparation): Promise<readonly RangeProbe[]> {
    const { csv, infersTypes } = this.#files
    const ranges = splits.flatMap(split => split.ranges)
    const isCut = ranges.some(({ start }) => start > 0) && csv.format.quote !== ''
    const isKnown = csv.names !== undefined || !csv.format.hasHeader
    if ((isKnown && !infersTypes && !isCut) || splits.length === 0) return ranges.map(() => ({}))
    const about = { ...this.about, operator: 'CSVProbe', name: undefined, isCached: false }
    const probe = new CsvProbe(about, csv.format, infersTypes, splits)
    const found = await preparation.runJob(probe, new Collect<RangeProbe>(), 'look at CSV files')
    return found.flat()
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<unknown>> {
    for (const column of this.columns(partition, context)) yield valuesOf(column)
  }

  override columns(partition: number, context: ComputeContext): Iterable<Column> {
    const ranges = context.partitionData(this, partition).fields as readonly CsvRange[]
    const { files } = context.environment
    return readCsv(ranges, this.#csv, files, context.metrics, this.malformedIn(context))
  }

  override partitionData(partition: number): PartitionData | undefined {
    const ranges = this.#ranges[partition]
    return ranges === undefined ? undefined : { fields: ranges }
  }

  override fields(): Fields {
    return { files: { ...this.#files, csv: this.#csv }, numPartitions: this.numPartitions }
  }
}

/** How quotes stand where each range begins. */
function withQuotes(splits: readonly Split[], probes: readonly RangeProbe[]): CsvRange[][] {
  const all = splits.flatMap(split => split.ranges)
  const unchanged: QuoteTable = [0, 1, 2]
  const states: CsvRange['quotes'][] = []
  for (let start = 0; start < all.length; ) {
    let end = start + 1
    while (end < all.length && all[end]!.path === all[start]!.path && all[end]!.start > 0) end++
    states.push(...quotesAt(probes.slice(start, end).map(({ quotes }) => quotes ?? unchanged)))
    start = end
  }
  let next = 0
  const placed = (range: FileRange): CsvRange => ({ ...range, quotes: states[next++]! })
  return splits.map(({ ranges }) => ranges.map(placed))
}
