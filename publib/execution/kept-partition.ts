import {
  type Batch,
  BatchTooLarge,
  type Column,
  detectColumn,
  rowsOf,
  sliceColumn,
  slicesOf,
  TooDeepForColumns,
  valuesOf,
} from '#publib/columnar'
import type { CacheKey, DiskPartitionFile, FromExecutorThread } from '#publib/protocol'
import { storeColumn } from '#publib/storage'
import { moveToDisk } from './disk-partition.ts'
import type { Surroundings } from './surroundings.ts'

/** Room for cached blocks is taken in steps of this size. */
const STEP_BYTES = 1 << 20
/** Fewer rows wait until they are as many: each block has a price. */
const BLOCK_ROWS_MIN = 2048
/** Columns of fewer rows, which could not be joined to their neighbours, wait as rows. */
const COLUMN_ROWS_MIN = 256
/** Rows that a reader makes of one block are few enough to die young. */
const BLOCK_ROWS_MAX = 8192

/** What the records of a partition come as. */
export type Piece =
  | { readonly rows: Batch<unknown>; readonly column?: undefined }
  | { readonly column: Column; readonly rows?: undefined }

export function rowsOfPiece(piece: Piece): Batch<unknown> {
  return piece.rows ?? valuesOf(piece.column)
}

export function columnOfPiece(piece: Piece): Column {
  if (piece.column !== undefined) return piece.column
  const { rows } = piece
  try {
    return detectColumn(rows)
  } catch (error) {
    if (error instanceof TooDeepForColumns || error instanceof BatchTooLarge) {
      return { kind: 'values', values: rows }
    }
    throw error
  }
}

/** The blocks of a piece. @throws VALUE_NOT_ENCODABLE, and RangeError where the machine has no memory for them */
export function blocksOfPiece(
  piece: Piece,
  onLostClass: (className: string) => void,
): readonly Uint8Array[] {
  const blocks: Uint8Array[] = []
  for (const slice of slicesOf(columnOfPiece(piece), BLOCK_ROWS_MAX)) {
    storeInto(blocks, slice, onLostClass)
  }
  return blocks
}

/** In halves where one block would be too large. */
function storeInto(
  blocks: Uint8Array[],
  column: Column,
  onLostClass: (className: string) => void,
): void {
  const rows = rowsOf(column)
  try {
    blocks.push(storeColumn(column, { onLostClass }))
  } catch (error) {
    if (!(error instanceof BatchTooLarge) || rows < 2) throw error
    storeInto(blocks, sliceColumn(column, 0, rows >>> 1), onLostClass)
    storeInto(blocks, sliceColumn(column, rows >>> 1, rows), onLostClass)
  }
}

/** A whole partition, as its host takes it in. */
export type StoredBlocks = Omit<FromExecutorThread & { readonly type: 'store' }, 'type'>

/** The same records in pieces that are worth a block each. */
export function* gathered(pieces: Iterable<Piece>): Generator<Piece> {
  let waiting: unknown[] = []
  for (const piece of pieces) {
    const isBlock =
      piece.rows === undefined
        ? rowsOf(piece.column) >= COLUMN_ROWS_MIN
        : piece.rows.length >= BLOCK_ROWS_MIN
    if (!isBlock) {
      const rows = rowsOfPiece(piece)
      for (let i = 0; i < rows.length; i++) waiting.push(rows[i])
      if (waiting.length < BLOCK_ROWS_MIN) continue
    }
    if (waiting.length > 0) {
      yield { rows: waiting }
      waiting = []
    }
    if (isBlock) yield piece
  }
  if (waiting.length > 0) yield { rows: waiting }
}

/** A partition on its way into the cache: the room that it takes is given back unless it is stored. */
export class KeptPartition {
  /** In memory that threads share. */
  readonly blocks: Uint8Array[] = []
  /** Room that was taken, in whole KiB as the budget counts it. */
  #bytes = 0
  readonly #surroundings: Surroundings
  readonly #key: CacheKey
  readonly #onLostClass: (className: string) => void
  #used = 0
  readonly #mayGoToDisk: boolean

  /** @param onLostClass told the name of each class whose instances are kept as plain objects */
  constructor(
    surroundings: Surroundings,
    key: CacheKey,
    onLostClass: (className: string) => void,
    mayGoToDisk: boolean,
  ) {
    this.#surroundings = surroundings
    this.#key = key
    this.#onLostClass = onLostClass
    this.#mayGoToDisk = mayGoToDisk
  }

  /** Whether there was room for all of it; nothing of it is kept otherwise. @throws VALUE_NOT_ENCODABLE */
  add(piece: Piece): boolean {
    const blocks = this.#blocksOf(piece)
    if (blocks === undefined) return false
    const size = blocks.reduce((sum, block) => sum + block.length, 0)
    if (this.#used + size > this.#bytes && !this.#take(this.#used + size - this.#bytes))
      return false
    this.#used += size
    for (const block of blocks) this.blocks.push(block)
    return true
  }

  /** Stays for good: the room that was taken in advance goes back. */
  settle(): StoredBlocks {
    const bytes = Math.ceil(this.#used / 1024) * 1024
    this.#give(this.#bytes - bytes)
    // Whoever keeps the blocks gives the rest back one day.
    this.#surroundings.control.addCacheRoom(-bytes)
    this.#bytes = 0
    const { blocks } = this
    return { key: this.#key, blocks, bytes, mayGoToDisk: this.#mayGoToDisk }
  }

  /** Gives back what was taken, unless it is settled. */
  release(): void {
    this.#give(this.#bytes)
    this.#bytes = 0
  }

  #give(bytes: number): void {
    if (bytes === 0) return
    this.#surroundings.control.addCacheRoom(-bytes)
    this.#surroundings.cacheBudget.give(bytes)
  }

  /** Undefined where the machine has no memory for them, whatever the budget says. */
  #blocksOf(piece: Piece): readonly Uint8Array[] | undefined {
    try {
      return blocksOfPiece(piece, this.#onLostClass)
    } catch (error) {
      if (error instanceof RangeError) return undefined
      throw error
    }
  }

  #take(bytes: number): boolean {
    const { cacheBudget } = this.#surroundings
    const step = Math.max(bytes, STEP_BYTES)
    const granted = [step, bytes].find(wanted => cacheBudget.take(wanted) || this.#askFor(wanted))
    if (granted === undefined) return false
    const taken = Math.ceil(granted / 1024) * 1024
    this.#surroundings.control.addCacheRoom(taken)
    this.#bytes += taken
    return true
  }

  /** Others may have to be written to disk first; by who asks, so that nobody else waits for it. */
  #askFor(bytes: number): boolean {
    const { rddId } = this.#key
    let moved: DiskPartitionFile[] = []
    for (;;) {
      const { isGranted, toDisk } = this.#surroundings.makeRoom({ rddId, bytes, moved })
      if (isGranted || toDisk.length === 0) return isGranted
      moved = []
      for (const { key, blocks } of toDisk) {
        const file = moveToDisk(this.#surroundings, key, blocks)
        if (file === undefined) break
        moved.push(file)
      }
      if (moved.length === 0) return false
    }
  }
}
