import {
  type Column,
  ColumnBuilder,
  columnBytes,
  gatherColumn,
  type Located,
  locate,
  rowsOf,
} from '#publib/columnar'
import { kernels } from '#publib/kernels'
import type { MemoryKeeper } from '#publib/memory'
import { decodeColumn, encodeColumn } from '#publib/serialization'
import type { SpillEnvironment } from './environment.ts'
import { spillDamaged } from './errors.ts'
import { Scatterer } from './scatter.ts'
import { type Extent, SpillFile } from './spill-file.ts'
import { type PlacedRows, StagedRows } from './staged-rows.ts'

/** Rows of a part that become one block, and bytes. */
const BLOCK_ROWS = 16_384
const BLOCK_BYTES = 256 * 1024
/** Bytes of all rows that wait to become blocks. */
const PENDING_BYTES_MAX = 16 * 1024 * 1024

export interface ColumnBuffersOptions {
  readonly count: number
  /** The salt of a part's blocks. */
  readonly saltOf?: ((part: number) => number) | undefined
  /** Whether parts are wanted as bytes in the end: then full blocks are encoded at once. */
  readonly asBytes: boolean
}

/**
 * Columns by part: first as they grow, then as blocks in memory, then in a spill file. Within a part rows keep their order.
 */
export class ColumnBuffers {
  readonly #env: SpillEnvironment
  readonly #options: ColumnBuffersOptions
  readonly #keeper: MemoryKeeper
  readonly #pendingBytesMax: number
  readonly #staged: StagedRows
  readonly #scatterer: Scatterer
  readonly #pending: ColumnBuilder[]
  readonly #blocks: (Uint8Array | Column)[][]
  readonly #spilled: Extent[][]
  /** What each part has taken in. */
  readonly #bytes: Float64Array
  #pendingBytes = 0
  #blockBytes = 0
  #file: SpillFile | undefined

  constructor(options: ColumnBuffersOptions, env: SpillEnvironment) {
    const { count } = options
    this.#env = env
    this.#options = options
    this.#keeper = env.memory.keeper()
    this.#pendingBytesMax = Math.min(PENDING_BYTES_MAX, env.memory.dataBytes / 4)
    this.#staged = new StagedRows(count, this.#pendingBytesMax / 4)
    this.#scatterer = new Scatterer(count)
    this.#pending = Array.from({ length: count }, () => new ColumnBuilder())
    this.#blocks = Array.from({ length: count }, () => [])
    this.#spilled = Array.from({ length: count }, () => [])
    this.#bytes = new Float64Array(count)
  }

  /** Each row to the part that `parts` says; what is kept of the column is copied. */
  add(column: Column, parts: Int32Array): void {
    if (rowsOf(column) === 0) return
    this.#scatter(this.#staged.add(column, parts))
    this.#look()
  }

  /** About how many bytes a part has, wherever they stand. Asked when all rows are in. */
  bytesIn(part: number): number {
    this.#scatter(this.#staged.take())
    return this.#bytes[part]!
  }

  /** All blocks of one part, in order. Called once a part, when all rows are in. */
  *bytesOf(part: number): Generator<Uint8Array> {
    this.#scatter(this.#staged.take())
    this.#seal(part)
    for (const extent of this.#spilled[part]!) yield this.#file!.read(extent)
    for (const block of this.#blocks[part]!) {
      if (block instanceof Uint8Array) yield block
      else yield* this.#encode(part, block)
    }
    this.#blocks[part] = []
  }

  /** All columns of one part, in order. Called once a part, when all rows are in; lets go of what it has given. */
  *columnsOf(part: number): Generator<Column> {
    this.#scatter(this.#staged.take())
    this.#seal(part)
    for (const extent of this.#spilled[part]!) yield this.#readBack(part, this.#file!.read(extent))
    const blocks = this.#blocks[part]!
    this.#blocks[part] = []
    for (const block of blocks) {
      const isColumn = !(block instanceof Uint8Array)
      this.#blockBytes -= isColumn ? columnBytes(block) : block.length
      this.#keeper.hold(Math.max(0, this.#blockBytes + this.#pendingBytes))
      yield isColumn ? block : this.#readBack(part, block)
    }
  }

  close(): void {
    this.#keeper.release()
    this.#file?.remove()
    this.#file = undefined
  }

  #scatter(placed: PlacedRows | undefined): void {
    if (placed === undefined) return
    const { column, parts } = placed
    const { count } = this.#options
    const total = rowsOf(column)
    const piece = pieceRows(column, total)
    if (count === 1) this.#addRows(0, locate(column), 0, total, piece)
    else {
      // What is gathered is copied once more before the scope ends.
      kernels().scope(() => {
        const { order, bounds } = this.#scatterer.scatter(parts)
        const rows = locate(gatherColumn(column, order))
        for (let part = 0; part < count; part++) {
          this.#addRows(part, rows, bounds[part]!, bounds[part + 1]!, piece)
        }
      })
    }
    if (this.#pendingBytes > this.#pendingBytesMax) this.#sealAll()
  }

  /** In pieces of `piece` rows, so that no block gets much too large. */
  #addRows(part: number, rows: Located, from: number, to: number, piece: number): void {
    if (from === to) return
    const builder = this.#pending[part]!
    for (let start = from; start < to; ) {
      const end = Math.min(to, start + Math.min(piece, BLOCK_ROWS - builder.rows))
      const before = builder.bytes
      builder.add(rows, start, end)
      const added = builder.bytes - before
      this.#pendingBytes += added
      this.#bytes[part] = this.#bytes[part]! + added
      if (builder.rows >= BLOCK_ROWS || builder.bytes >= BLOCK_BYTES) this.#seal(part)
      start = end
    }
  }

  #sealAll(): void {
    for (let part = 0; part < this.#pending.length; part++) this.#seal(part)
  }

  #seal(part: number): void {
    const builder = this.#pending[part]!
    if (builder.rows === 0) return
    this.#pendingBytes -= builder.bytes
    const blocks = this.#blocks[part]!
    if (this.#options.asBytes) {
      for (const block of this.#encode(part, builder.column())) {
        blocks.push(block)
        this.#blockBytes += block.length
      }
      builder.clear()
    } else {
      const column = builder.finish()
      blocks.push(column)
      this.#blockBytes += columnBytes(column)
    }
  }

  #encode(part: number, column: Column): Uint8Array[] {
    const { onLostClass } = this.#env
    return encodeColumn(column, { salt: this.#options.saltOf?.(part) ?? 0, onLostClass })
  }

  #readBack(part: number, bytes: Uint8Array): Column {
    try {
      return decodeColumn(bytes, this.#options.saltOf?.(part) ?? 0)
    } catch (error) {
      throw spillDamaged(this.#file?.path ?? this.#env.spillFolder, error)
    }
  }

  #look(): void {
    const held = this.#blockBytes + this.#pendingBytes + this.#staged.bytes
    if (this.#keeper.shouldSpill(held)) this.#spill()
  }

  /** Blocks only: where one ends must not depend on what else is in memory. */
  #spill(): void {
    this.#env.checkCancelled()
    this.#file ??= new SpillFile(this.#env)
    for (const [part, blocks] of this.#blocks.entries()) {
      for (const block of blocks) {
        const encoded = block instanceof Uint8Array ? [block] : this.#encode(part, block)
        for (const bytes of encoded) this.#spilled[part]!.push(this.#file.append(bytes))
      }
      this.#blocks[part] = []
    }
    this.#env.metrics.memorySpilledBytes += Math.round(this.#blockBytes)
    this.#blockBytes = 0
    this.#keeper.release()
    this.#keeper.hold(this.#pendingBytes + this.#staged.bytes)
  }
}

/** How many rows of a column make about a quarter of a block. */
function pieceRows(column: Column, rows: number): number {
  const each = columnBytes(column) / rows
  return Math.max(1, Math.min(BLOCK_ROWS, Math.floor(BLOCK_BYTES / 4 / (each + 1))))
}
