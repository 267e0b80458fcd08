import type { Column } from './column.ts'
import type { ColumnBuilder } from './column-builder.ts'
import { isTwice } from './fields.ts'
import { grown, type Lane, ROWS_MIN } from './lanes.ts'
import type { Located } from './locate.ts'

/** Values of which some are absent. */
export class NullableLane implements Lane {
  readonly kind = 'nullable'
  rows: number
  readonly #values: ColumnBuilder
  #marks: Uint8Array

  /** Goes on behind `values`, if there are any, or behind so many rows that are all of one mark. */
  constructor(values: ColumnBuilder, absentRows = 0, mark = 0) {
    this.#values = values
    this.rows = absentRows === 0 ? values.rows : absentRows
    this.#marks = new Uint8Array(Math.max(ROWS_MIN, this.rows)).fill(mark, 0, absentRows)
  }

  get bytes(): number {
    return this.rows + this.#values.bytes
  }

  takes(column: Column): boolean {
    return column.kind !== 'values'
  }

  add(part: Located, from: number, to: number): void {
    const { column, starts } = part
    const row = this.rows
    this.rows += to - from
    if (this.rows > this.#marks.length) {
      this.#marks = grown(this.#marks, row, this.rows, ROWS_MIN)
    }
    if (column.kind === 'constant') {
      this.#marks.fill(column.value === null ? 1 : 2, row, this.rows)
    } else if (column.kind === 'nullable') {
      this.#marks.set(column.marks.subarray(from, to), row)
      this.#values.add(part.parts[0]!, starts![from]!, starts![to]!)
    } else {
      this.#marks.fill(0, row, this.rows)
      this.#values.add(part, from, to)
    }
  }

  column(): Column {
    const marks = this.#marks.subarray(0, this.rows)
    return { kind: 'nullable', marks, values: this.#values.column() }
  }

  clear(): void {
    this.rows = 0
    this.#values.clear()
  }

  finish(): Column {
    const marks = this.#marks.subarray(0, this.rows)
    this.#marks = new Uint8Array(this.rows)
    this.rows = 0
    return { kind: 'nullable', marks, values: this.#values.finish() }
  }
}

/** Arrays of one length, or objects of the same keys. */
export class FieldsLane implements Lane {
  readonly kind: 'tuple' | 'record'
  rows = 0
  readonly #like: Column & { kind: 'tuple' | 'record' }
  readonly #make: () => ColumnBuilder
  #fields: readonly ColumnBuilder[]
  /** Whether there is one builder for both fields of pairs that were twice the same so far. */
  #isTwice: boolean

  constructor(like: Column & { kind: 'tuple' | 'record' }, make: () => ColumnBuilder) {
    this.kind = like.kind
    this.#make = make
    this.#like = like
    this.#isTwice = isTwice(like)
    const fields = this.#isTwice ? like.fields.slice(1) : like.fields
    this.#fields = fields.map(make)
  }

  get bytes(): number {
    let bytes = 0
    for (const field of this.#fields) bytes += field.bytes
    return bytes
  }

  takes(column: Column): boolean {
    const like = this.#like
    if (column.kind === 'tuple') {
      return like.kind === 'tuple' && column.fields.length === like.fields.length
    }
    if (column.kind !== 'record' || like.kind !== 'record') return false
    const { keys } = column
    return keys === like.keys || (keys.length === like.keys.length && isSame(keys, like.keys))
  }

  add({ parts }: Located, from: number, to: number): void {
    this.rows += to - from
    if (this.#isTwice && parts[0] !== parts[1]) this.#part()
    const fields = this.#fields
    for (let i = 0; i < fields.length; i++) fields[i]!.add(parts[i]!, from, to)
  }

  column(): Column {
    const fields = this.#fields.map(field => field.column())
    if (this.#isTwice) fields.push(fields[0]!)
    return { ...this.#like, rows: this.rows, fields }
  }

  clear(): void {
    this.rows = 0
    for (const field of this.#fields) field.clear()
  }

  finish(): Column {
    const { rows } = this
    this.rows = 0
    const fields = this.#fields.map(field => field.finish())
    if (this.#isTwice) fields.push(fields[0]!)
    return { ...this.#like, rows, fields }
  }

  /** From now on both fields have a builder. */
  #part(): void {
    const [first] = this.#fields as [ColumnBuilder]
    const second = this.#make()
    second.addAll(first.column())
    this.#fields = [first, second]
    this.#isTwice = false
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.every((key, i) => key === b[i])
}

/** Arrays, or groups. */
export class ListLane implements Lane {
  readonly kind = 'list'
  rows = 0
  readonly #isGroup: boolean
  readonly #items: ColumnBuilder
  #lengths = new Uint32Array(ROWS_MIN)

  constructor(isGroup: boolean, items: ColumnBuilder) {
    this.#isGroup = isGroup
    this.#items = items
  }

  get bytes(): number {
    return this.rows * 4 + this.#items.bytes
  }

  takes(column: Column): boolean {
    return column.kind === 'list' && column.isGroup === this.#isGroup
  }

  add({ column, starts, parts }: Located, from: number, to: number): void {
    const { lengths } = column as Column & { kind: 'list' }
    const row = this.rows
    this.rows += to - from
    if (this.rows > this.#lengths.length) {
      this.#lengths = grown(this.#lengths, row, this.rows, ROWS_MIN)
    }
    this.#lengths.set(lengths.subarray(from, to), row)
    this.#items.add(parts[0]!, starts![from]!, starts![to]!)
  }

  column(): Column {
    const lengths = this.#lengths.subarray(0, this.rows)
    return { kind: 'list', lengths, items: this.#items.column(), isGroup: this.#isGroup }
  }

  clear(): void {
    this.rows = 0
    this.#items.clear()
  }

  finish(): Column {
    const lengths = this.#lengths.subarray(0, this.rows)
    this.#lengths = new Uint32Array(this.rows)
    this.rows = 0
    return { kind: 'list', lengths, items: this.#items.finish(), isGroup: this.#isGroup }
  }
}
