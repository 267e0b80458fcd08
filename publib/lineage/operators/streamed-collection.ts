import type { Batch, Column } from '#publib/columnar'
import type { OpenFile } from '#publib/env'
import { decodeBatch, decodeColumn, encodeBatches } from '#publib/serialization'
import type { ComputeContext } from '../compute-context.ts'
import { atCallSite, notPrepared, streamEnded, streamFailed } from '../errors.ts'
import {
  type About,
  type Dependency,
  type Fields,
  Lineage,
  type PartitionData,
} from '../lineage.ts'
import type { Parts } from '../operator.ts'
import type { Preparation } from '../preparation.ts'
import { recordBlocks } from '../record-blocks.ts'

/** Elements of one block, and what they may take about: what is in memory while a stream is read. */
const BLOCK_RECORDS = 4096
const BLOCK_BYTES = 1 << 20
/** What a partition takes, where the user does not say how many elements it has. */
const PARTITION_BYTES = 4 << 20
/** What an element is taken to weigh whose size is not at hand. */
const ELEMENT_BYTES = 64

/** What is read, by the first action, on the driver. */
export interface StreamSource<T> {
  readonly elements: AsyncIterable<T>
  readonly partitionElements: number | undefined
}

/** A partition's blocks in the driver's file. */
interface Piece {
  readonly start: number
  readonly end: number
}

/**
 * The elements of a stream. They are read once, by the first action, into blocks on the driver's disk; each task is sent its own
 * partition, again where it is computed again.
 */
export class StreamedCollection<T> extends Lineage<T> {
  static readonly tag = 'streamed'
  override readonly tag = StreamedCollection.tag
  override readonly parents: readonly Lineage<unknown>[] = []
  override readonly dependencies: readonly Dependency[] = []
  #source: StreamSource<T> | undefined
  #numPartitions: number | undefined
  #pieces: readonly Piece[] = []
  #file: OpenFile | undefined
  #failure: unknown

  constructor(about: About, source: StreamSource<T> | undefined, numPartitions?: number) {
    super(about)
    this.#source = source
    this.#numPartitions = numPartitions
  }

  static decode(parts: Parts): StreamedCollection<unknown> {
    const numPartitions = parts.fields['numPartitions'] as number
    return new StreamedCollection(parts.about, undefined, numPartitions)
  }

  protected override isSettled(): boolean {
    return this.#numPartitions !== undefined
  }

  override async prepare({ files, folder, signal }: Preparation): Promise<void> {
    if (this.#failure !== undefined) throw streamEnded(this.#failure, this.about.callSite)
    const source = this.#source
    if (source === undefined) throw notPrepared(this.about.operator)
    const writer = new PieceWriter(
      files.sync.open(`${await folder()}/stream-${this.id}`, 'w'),
      source.partitionElements,
    )
    try {
      for await (const element of until(source.elements, signal)) writer.add(element)
      this.#pieces = writer.finish()
    } catch (error) {
      // What was read of it is lost: nobody can read it again.
      writer.file.close()
      this.#source = undefined
      this.#failure = signal?.aborted === true ? signal.reason : error
      if (signal?.aborted === true) throw streamEnded(this.#failure, this.about.callSite)
      throw atCallSite(streamFailed(error), this.about.callSite)
    }
    this.#file = writer.file
    this.#source = undefined
    this.#numPartitions = this.#pieces.length
  }

  override get numPartitions(): number {
    if (this.#numPartitions === undefined) throw notPrepared(this.about.operator)
    return this.#numPartitions
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

  override partitionData(partition: number): PartitionData | undefined {
    const piece = this.#pieces[partition]
    if (piece === undefined || this.#file === undefined) return undefined
    const bytes = new Uint8Array(piece.end - piece.start)
    for (let at = 0; at < bytes.length; ) {
      const count = this.#file.read(bytes.subarray(at), piece.start + at)
      if (count === 0) throw new Error('the file of a stream has become shorter')
      at += count
    }
    return { fields: {}, bytes }
  }

  override fields(): Fields {
    return { numPartitions: this.numPartitions }
  }
}

/** Gathers elements in blocks, and blocks in partitions. */
class PieceWriter {
  readonly file: OpenFile
  readonly #perPartition: number
  readonly #bytesMax: number
  readonly #pieces: Piece[] = []
  #block: unknown[] = []
  #blockBytes = 0
  /** Elements of the stream before the block, for messages, and of the partition. */
  #read = 0
  #inPartition = 0
  #start = 0
  #size = 0

  constructor(file: OpenFile, perPartition: number | undefined) {
    this.file = file
    this.#perPartition = perPartition ?? Number.POSITIVE_INFINITY
    this.#bytesMax = perPartition === undefined ? PARTITION_BYTES : Number.POSITIVE_INFINITY
  }

  add(element: unknown): void {
    this.#block.push(element)
    this.#blockBytes += weightOf(element)
    this.#inPartition++
    const isFull = this.#block.length === BLOCK_RECORDS || this.#blockBytes >= BLOCK_BYTES
    if (isFull || this.#inPartition === this.#perPartition) this.#flush()
    const isWhole =
      this.#inPartition === this.#perPartition || this.#size - this.#start >= this.#bytesMax
    if (isWhole) this.#cut()
  }

  finish(): readonly Piece[] {
    this.#flush()
    this.#cut()
    return this.#pieces
  }

  #flush(): void {
    if (this.#block.length === 0) return
    for (const bytes of encodeBatches(this.#block, { firstRow: this.#read })) {
      this.file.write(bytes)
      this.#size += bytes.length
    }
    this.#read += this.#block.length
    this.#block = []
    this.#blockBytes = 0
  }

  #cut(): void {
    if (this.#inPartition === 0) return
    this.#pieces.push({ start: this.#start, end: this.#size })
    this.#start = this.#size
    this.#inPartition = 0
  }
}

function weightOf(element: unknown): number {
  if (typeof element === 'string') return ELEMENT_BYTES + element.length
  return ELEMENT_BYTES + (element instanceof Uint8Array ? element.byteLength : 0)
}

/** Ends with an error as soon as the signal aborts, also while the next element is awaited. */
async function* until<T>(
  elements: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  const iterator = elements[Symbol.asyncIterator]()
  let abort: () => void = () => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal?.reason)
  })
  aborted.catch(() => {})
  signal?.addEventListener('abort', abort, { once: true })
  let isEnded = false
  try {
    for (;;) {
      const step = await Promise.race([iterator.next(), aborted])
      isEnded = step.done === true
      if (step.done === true) return
      yield step.value
    }
  } finally {
    signal?.removeEventListener('abort', abort)
    // Not awaited: a source that hangs must not hold whoever gave it up.
    if (!isEnded) iterator.return?.()?.catch(() => {})
  }
}
