import type { Column } from '#publib/columnar'
import { kernels } from '#publib/kernels'
import type { LeafBuffer } from './leaf-buffers.ts'
import { ByteLeaf } from './text-leaves.ts'

/** Numbers that become texts, all at once, between bytes that are the same in all rows. */
export class NumberedLeaf implements LeafBuffer {
  #values = new Float64Array(0)
  #before = new Uint8Array(0)
  #behind = new Uint8Array(0)
  readonly #slow = new ByteLeaf()

  room(rows: number): Float64Array {
    if (this.#values.length < rows) this.#values = new Float64Array(rows)
    return this.#values
  }

  around(before: Uint8Array<ArrayBuffer>, behind: Uint8Array<ArrayBuffer>): void {
    this.#before = before
    this.#behind = behind
  }

  column(rows: number): Column {
    const values = this.#values.subarray(0, rows)
    const texts = kernels().numberTexts(values, this.#before, this.#behind)
    if (texts === undefined) return this.#written(values)
    return { kind: 'utf8', bytes: texts.bytes, lengths: texts.lengths }
  }

  /** Where some are no whole numbers. */
  #written(values: Float64Array): Column {
    const leaf = this.#slow.room(values.length)
    for (let row = 0; row < values.length; row++) {
      leaf.literal(this.#before)
      leaf.number(values[row]!)
      leaf.literal(this.#behind)
      leaf.close(row)
    }
    return leaf.column(values.length)
  }
}
