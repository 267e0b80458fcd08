import type { Batch } from '#publib/columnar'
import {
  type CsvFormat,
  type CsvHead,
  type QuoteTable,
  quotesOver,
  readHead,
} from '#publib/datasource/csv'
import type { FileRange, Split } from '#publib/datasource/reading'
import type { ComputeContext } from '../compute-context.ts'
import {
  type About,
  type Dependency,
  type Fields,
  Lineage,
  type PartitionData,
} from '../lineage.ts'
import type { Parts } from '../operator.ts'

/** What one range of a CSV file shows: its first rows where it begins the file, its quotes where it has neighbours. */
export interface RangeProbe {
  readonly head?: CsvHead | undefined
  readonly quotes?: QuoteTable | undefined
}

/** Looks at CSV files before they are read: one probe for each range, in order. */
export class CsvProbe extends Lineage<RangeProbe> {
  static readonly tag = 'csvProbe'
  override readonly tag = CsvProbe.tag
  override readonly parents: readonly Lineage<unknown>[] = []
  override readonly dependencies: readonly Dependency[] = []
  override readonly numPartitions: number
  readonly #format: CsvFormat
  readonly #infersTypes: boolean
  readonly #splits: readonly Split[]

  constructor(
    about: About,
    format: CsvFormat,
    infersTypes: boolean,
    splits: readonly Split[],
    numPartitions = splits.length,
  ) {
    super(about)
    this.#format = format
    this.#infersTypes = infersTypes
    this.#splits = splits
    this.numPartitions = numPartitions
  }

  static decode(parts: Parts): CsvProbe {
    const { format, infersTypes, numPartitions } = parts.fields
    const { about } = parts
    return new CsvProbe(about, format as CsvFormat, infersTypes === true, [], Number(numPartitions))
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<RangeProbe>> {
    const { fields } = context.partitionData(this, partition)
    const { files } = context.environment
    const look = (range: FileRange): RangeProbe => {
      const isFirst = range.start === 0
      const isLast = range.end >= range.size || range.codec !== 'none'
      const { metrics } = context
      return {
        head: isFirst
          ? readHead(range, this.#format, this.#infersTypes, files, metrics)
          : undefined,
        quotes: isLast ? undefined : quotesOver(range, this.#format, files, metrics),
      }
    }
    yield (fields as Split).ranges.map(look)
  }

  override partitionData(partition: number): PartitionData | undefined {
    const split = this.#splits[partition]
    return split === undefined ? undefined : { fields: split }
  }

  override fields(): Fields {
    return {
      format: this.#format,
      infersTypes: this.#infersTypes,
      numPartitions: this.numPartitions,
    }
  }
}
