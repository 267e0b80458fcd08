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
import type { CacheKey } from '#publib/protocol'
import { storeColumn } from '#publib/storage'
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

  /** @param onLostClass told the name of each class whose instances are kept as plain objects */
  constructor(surroundings: Surroundings, key: CacheKey, onLostClass: (className: string) => void) {
    this.#surroundings = surroundings
    this.#key = key
    this.#onLostClass = onLostClass
  }

  /** Whether there was room for all of it; nothing of it is kept otherwise. @throws VALUE_NOT_ENCODABLE */
  add(piece: Piece): boolean {
    const blocks = this.#blocksOf(columnOfPiece(piece))
    if (blocks === undefined) return false
    const size = blocks.reduce((sum, block) => sum + block.length, 0)
    if (this.#used + size > this.#bytes && !this.#take(this.#used + size - this.#bytes))
      return false
    this.#used += size
    for (const block of blocks) this.blocks.push(block)
    return true
  }

  /** Stays for good: the room that was taken in advance goes back; gives what it really takes. */
  settle(): number {
    const bytes = Math.ceil(this.#used / 1024) * 1024
    this.#give(this.#bytes - bytes)
    // Whoever keeps the blocks gives the rest back one day.
    this.#surroundings.control.addCacheRoom(-bytes)
    this.#bytes = 0
    return bytes
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
  #blocksOf(column: Column): Uint8Array[] | undefined {
    const blocks: Uint8Array[] = []
    try {
      for (const slice of slicesOf(column, BLOCK_ROWS_MAX)) this.#store(slice, blocks)
      return blocks
    } catch (error) {
      if (error instanceof RangeError) return undefined
      throw error
    }
  }

  /** In halves where one block would be too large. */
  #store(column: Column, blocks: Uint8Array[]): void {
    const rows = rowsOf(column)
    try {
      blocks.push(storeColumn(column, { onLostClass: this.#onLostClass }))
    } catch (error) {
      if (!(error instanceof BatchTooLarge) || rows < 2) throw error
      this.#store(sliceColumn(column, 0, rows >>> 1), blocks)
      this.#store(sliceColumn(column, rows >>> 1, rows), blocks)
    }
  }

  #take(bytes: number): boolean {
    const { cacheBudget } = this.#surroundings
    const step = Math.max(bytes, STEP_BYTES)
    const granted = [step, bytes].find(
      wanted => cacheBudget.take(wanted) || this.#surroundings.makeRoom(wanted, this.#key.rddId),
    )
    if (granted === undefined) return false
    const taken = Math.ceil(granted / 1024) * 1024
    this.#surroundings.control.addCacheRoom(taken)
    this.#bytes += taken
    return true
  }
}
