import { type Column, hashColumn, rowsOf } from '#publib/columnar'
import { kernels } from '#publib/kernels'
import { mixHash } from '#publib/util'
import { ColumnBuffers } from './column-buffers.ts'
import type { SpillEnvironment } from './environment.ts'

/** What a part should have at most, in encoded bytes: tables over it stay in the second-level cache. */
const PART_BYTES = 1.5 * 2 ** 20
const PARTS_MIN = 8
const PARTS_MAX = 256

/** Into how many parts data of so many bytes are split: a power of two. Without a figure, some. */
export function partCount(bytes: number | undefined, { memory }: SpillEnvironment): number {
  if (bytes === undefined) return 4 * PARTS_MIN
  const wanted = Math.max(bytes / PART_BYTES, (bytes * 16) / memory.dataBytes)
  return 2 ** Math.ceil(Math.log2(Math.min(PARTS_MAX, Math.max(PARTS_MIN, wanted))))
}

/**
 * Pairs in parts by the hash of their keys: equal keys in one part, where rows keep their order. What does not fit in memory
 * is spilled. Parts of parts are made by other bits of the hash, and none by those that chose the partition.
 */
export class HashParts {
  readonly count: number
  readonly #buffers: ColumnBuffers
  readonly #shift: number
  readonly #level: number
  #parts = new Int32Array(0)

  /** `count` is a power of two; `level` says how often the pairs were split before. */
  constructor(count: number, level: number, env: SpillEnvironment) {
    this.count = count
    this.#buffers = new ColumnBuffers({ count, asBytes: false }, env)
    this.#shift = 32 - Math.log2(count)
    this.#level = level
  }

  add(keys: Column, values: Column, hashes?: Int32Array): void {
    kernels().scope(() => {
      const parts = this.#partsOf(hashes ?? hashColumn(keys))
      this.#buffers.add({ kind: 'tuple', rows: rowsOf(keys), fields: [keys, values] }, parts)
    })
  }

  bytesIn(part: number): number {
    return this.#buffers.bytesIn(part)
  }

  /** The pairs of a part, once. */
  columnsOf(part: number): Iterable<Column> {
    return this.#buffers.columnsOf(part)
  }

  close(): void {
    this.#buffers.close()
  }

  /** Valid until the next call. */
  #partsOf(hashes: Int32Array): Int32Array {
    const rows = hashes.length
    if (this.#parts.length < rows) this.#parts = new Int32Array(rows)
    findParts(hashes, Math.imul(this.#level + 1, 0x9e3779b1), this.#shift, this.#parts)
    return this.#parts.subarray(0, rows)
  }
}

function findParts(hashes: Int32Array, seed: number, shift: number, parts: Int32Array): void {
  for (let i = 0; i < hashes.length; i++) parts[i] = mixHash(hashes[i]! ^ seed) >>> shift
}
