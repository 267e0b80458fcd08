import type { Batch, Column } from '#publib/columnar'
import { decodeBatch, decodeColumn, encodeBatches } from '#publib/serialization'
import type { ComputeContext } from '../compute-context.ts'
import {
  type About,
  type Dependency,
  type Fields,
  Lineage,
  type PartitionData,
} from '../lineage.ts'
import type { Parts } from '../operator.ts'
import { recordBlocks } from '../record-blocks.ts'
import { areMany } from '../records.ts'

/** Records of one block of a slice: few enough to die young in the task. */
const BLOCK_RECORDS = 8192

/** One slice of the user's data, as it was at the call. */
export interface Slice {
  readonly records: number
  /** Blocks of the record codec, one after another. */
  readonly bytes: Uint8Array
  /** Hosts on which it is best computed. */
  readonly hosts: readonly string[]
}

/** The user's data in slices of equal size; each task is sent its own. */
export class ParallelCollection<T> extends Lineage<T> {
  static readonly tag = 'parallelCollection'
  override readonly tag = ParallelCollection.tag
  override readonly parents: readonly Lineage<unknown>[] = []
  override readonly dependencies: readonly Dependency[] = []
  override readonly numPartitions: number
  readonly #slices: readonly Slice[]

  constructor(about: About, slices: readonly Slice[], numPartitions = slices.length) {
    super(about)
    this.#slices = slices
    this.numPartitions = numPartitions
  }

  static decode(parts: Parts): ParallelCollection<unknown> {
    return new ParallelCollection(parts.about, [], parts.fields['numPartitions'] as number)
  }

  override *compute(partition: number, context: ComputeContext): Iterable<Batch<T>> {
    const { bytes } = context.partitionData(this, partition)
    if (bytes !== undefined)
      for (const block of recordBlocks(bytes)) yield decodeBatch(block) as T[]
  }

  override *columns(partition: number, context: ComputeContext): Iterable<Column> {
    const { bytes } = context.partitionData(this, partition)
    if (bytes !== undefined) for (const block of recordBlocks(bytes)) yield decodeColumn(block)
  }

  override get hasPreferences(): boolean {
    return this.#slices.some(({ hosts }) => hosts.length > 0)
  }

  override preferredLocations(partition: number): readonly string[] {
    return this.#slices[partition]?.hosts ?? []
  }

  override partitionData(partition: number): PartitionData | undefined {
    const slice = this.#slices[partition]
    return slice === undefined
      ? undefined
      : { fields: { records: slice.records }, bytes: slice.bytes }
  }

  override inputBytes(): number | undefined {
    let records = 0
    let size = 0
    for (const slice of this.#slices) {
      records += slice.records
      size += slice.bytes.length
    }
    return areMany(records, this.#slices.length) ? size : undefined
  }

  override fields(): Fields {
    return { numPartitions: this.numPartitions }
  }
}

/** Cuts data in slices: slice i begins at element floor(i × length / count). @throws VALUE_NOT_ENCODABLE with the element */
export function sliceData(
  data: readonly unknown[],
  count: number,
  hosts: readonly (readonly string[])[] = [],
): readonly Slice[] {
  const bound = (index: number): number => Math.floor((index * data.length) / count)
  const slices: Slice[] = []
  for (let index = 0; index < count; index++) {
    const from = bound(index)
    const to = bound(index + 1)
    const bytes = from === to ? NOTHING : encodeSlice(data, from, to)
    slices.push({ records: to - from, bytes, hosts: hosts[index] ?? NOWHERE })
  }
  return slices
}

const NOTHING = new Uint8Array(0)
const NOWHERE: readonly string[] = []

function encodeSlice(data: readonly unknown[], from: number, to: number): Uint8Array {
  if (to - from <= BLOCK_RECORDS) {
    const [block, ...more] = encodeBatches(data.slice(from, to), { firstRow: from })
    if (block !== undefined && more.length === 0) return block
  }
  const blocks: Uint8Array[] = []
  for (let row = from; row < to; row += BLOCK_RECORDS) {
    const records = data.slice(row, Math.min(row + BLOCK_RECORDS, to))
    blocks.push(...encodeBatches(records, { firstRow: row }))
  }
  return Buffer.concat(blocks)
}
