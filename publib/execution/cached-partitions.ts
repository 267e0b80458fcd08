import type { StorageLevel } from '#publib/blocks'
import { type Batch, type Column, coalesceColumns, isTiny, ownColumn } from '#publib/columnar'
import type { ComputeContext, Lineage } from '#publib/lineage'
import type { CacheKey, DiskPartitionFile } from '#publib/protocol'
import { nameOf, readBlocks, StoredBlock } from '#publib/storage'
import { type RddId, SimSparkError } from '#publib/util'
import { DiskPartition } from './disk-partition.ts'
import {
  blocksOfPiece,
  columnOfPiece,
  gathered,
  KeptPartition,
  type Piece,
  rowsOfPiece,
  type StoredBlocks,
} from './kept-partition.ts'
import type { Surroundings } from './surroundings.ts'

/** How a partition that is not there is computed. */
export interface Anew<T> {
  rows(): Iterable<Batch<T>>
  /** Undefined where it has no columns. */
  columns?(): Iterable<Column> | undefined
}

type FileOnDisk = Omit<DiskPartitionFile, 'key'>

/** Where a partition is. */
type Known =
  | { readonly blocks: readonly StoredBlock[]; readonly file?: undefined }
  | { readonly file: FileOnDisk; readonly blocks?: undefined }

/**
 * The cached partitions that this executor knows, as columns in memory that all executors of the host share, or in files. A
 * partition that is not there is computed to its end and kept as its level says. What does not fit in memory goes to disk, or
 * is passed on as it comes.
 */
export class CachedPartitions {
  readonly #surroundings: Surroundings
  readonly #known = new Map<string, Known>()
  readonly #onLostClass: (className: string) => void
  #reads: CacheKey[] = []

  /** @param onLostClass told the name of each class whose instances are kept as plain objects */
  constructor(surroundings: Surroundings, onLostClass: (className: string) => void) {
    this.#surroundings = surroundings
    this.#onLostClass = onLostClass
  }

  put(key: CacheKey, blocks: readonly Uint8Array[]): void {
    this.#known.set(nameOf(key), { blocks: opened(blocks) })
  }

  putOnDisk(key: CacheKey, file: FileOnDisk): void {
    this.#known.set(nameOf(key), { file })
  }

  drop(rddId: RddId, partitions: readonly number[]): void {
    for (const partition of partitions) this.#known.delete(nameOf({ rddId, partition }))
  }

  has(lineage: Lineage<unknown>, partition: number): boolean {
    return this.#known.has(nameOf({ rddId: lineage.id, partition }))
  }

  /** What was read since this was last asked. */
  takeReads(): readonly CacheKey[] {
    const reads = this.#reads
    this.#reads = []
    return reads
  }

  /** The records of a partition, made of its columns. */
  *compute<T>(
    lineage: Lineage<T>,
    partition: number,
    context: ComputeContext,
    anew: Anew<T>,
  ): Generator<Batch<T>> {
    for (const piece of this.#pieces(lineage, partition, context, anew)) {
      yield rowsOfPiece(piece) as Batch<T>
    }
  }

  /** The records of a partition as columns: views of the shared memory, which nobody changes. */
  *columns<T>(
    lineage: Lineage<T>,
    partition: number,
    context: ComputeContext,
    anew: Anew<T>,
  ): Generator<Column> {
    for (const piece of this.#pieces(lineage, partition, context, anew)) yield columnOfPiece(piece)
  }

  *#pieces<T>(
    lineage: Lineage<T>,
    partition: number,
    context: ComputeContext,
    anew: Anew<T>,
  ): Generator<Piece> {
    const key = { rddId: lineage.id, partition }
    const known = this.#known.get(nameOf(key))
    if (known?.blocks !== undefined) {
      this.#reads.push(key)
      yield* stored(known.blocks)
      return
    }
    const blocks = known && this.#open(key, known.file)
    if (blocks !== undefined) {
      yield* this.#fromDisk(key, blocks)
      return
    }
    const rest = gathered(piecesOf(anew))
    try {
      yield* this.#keep(key, lineage.storageLevel, rest, context)
    } finally {
      rest.return(undefined)
    }
  }

  /** Keeps what is computed, where there is room for all of it, and passes it on. */
  *#keep(
    key: CacheKey,
    { useMemory, useDisk }: StorageLevel,
    rest: Generator<Piece>,
    context: ComputeContext,
  ): Generator<Piece> {
    const kept = new KeptPartition(this.#surroundings, key, this.#onLostClass, useDisk)
    let refused: Piece | undefined
    try {
      if (useMemory) {
        for (let step = rest.next(); step.done !== true; step = rest.next()) {
          context.checkCancelled()
          if (kept.add(step.value)) continue
          refused = step.value
          break
        }
        if (refused === undefined) {
          yield* stored(this.#store(kept.settle()))
          return
        }
      }
      if (useDisk) {
        yield* this.#fromDisk(key, this.#writeDown(key, kept, refused, rest, context))
        return
      }
      yield* stored(opened(kept.blocks))
      if (refused !== undefined) yield refused
      yield* rest
    } finally {
      kept.release()
    }
  }

  /** Writes a partition, the beginning of which may lie in memory, to disk, and opens it. @throws DISK_FULL */
  #writeDown(
    key: CacheKey,
    kept: KeptPartition,
    refused: Piece | undefined,
    rest: Generator<Piece>,
    context: ComputeContext,
  ): Generator<Uint8Array> {
    const partition = new DiskPartition(this.#surroundings, key)
    try {
      for (const block of kept.blocks) partition.add(block)
      kept.release()
      if (refused !== undefined) this.#write(partition, refused)
      for (const piece of rest) {
        context.checkCancelled()
        this.#write(partition, piece)
      }
      const file = partition.settle()
      this.putOnDisk(key, file)
      this.#surroundings.post({ type: 'storeOnDisk', ...file })
      return readBlocks(this.#surroundings.files, file.path, file.bytes)
    } finally {
      partition.close()
    }
  }

  #write(partition: DiskPartition, piece: Piece): void {
    for (const block of blocksOfPiece(piece, this.#onLostClass)) partition.add(block)
  }

  /** Undefined where the file cannot be had: the partition is computed anew. */
  #open(key: CacheKey, { path, bytes }: FileOnDisk): Generator<Uint8Array> | undefined {
    try {
      return readBlocks(this.#surroundings.files, path, bytes)
    } catch {
      this.#lose(key)
      return undefined
    }
  }

  /** @throws CORRUPT_BLOCK; the next attempt computes it anew */
  *#fromDisk(key: CacheKey, blocks: Generator<Uint8Array>): Generator<Piece> {
    try {
      for (const block of blocks) yield { column: new StoredBlock(block).column() }
    } catch (error) {
      if (isDamage(error)) this.#lose(key)
      throw error
    }
  }

  #lose(key: CacheKey): void {
    this.#known.delete(nameOf(key))
    this.#surroundings.post({ type: 'lostOnDisk', key })
  }

  #store(partition: StoredBlocks): readonly StoredBlock[] {
    const blocks = opened(partition.blocks)
    this.#known.set(nameOf(partition.key), { blocks })
    this.#surroundings.post({ type: 'store', ...partition })
    return blocks
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof SimSparkError && error.code === 'CORRUPT_BLOCK'
}

function opened(blocks: readonly Uint8Array[]): readonly StoredBlock[] {
  return blocks.map(block => new StoredBlock(block))
}

function* stored(blocks: readonly StoredBlock[]): Generator<Piece> {
  for (const block of blocks) yield { column: block.column() }
}

function* piecesOf<T>(anew: Anew<T>): Generator<Piece> {
  const columns = anew.columns?.()
  if (columns === undefined) for (const rows of anew.rows()) yield { rows }
  else for (const column of coalesceColumns(ownIfTiny(columns))) yield { column }
}

/** Those that may wait for others. */
function* ownIfTiny(columns: Iterable<Column>): Generator<Column> {
  for (const column of columns) yield isTiny(column) ? ownColumn(column) : column
}
