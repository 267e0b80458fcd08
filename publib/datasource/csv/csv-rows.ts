import { type Column, detectColumn } from '#publib/columnar'
import type { CsvCells } from './csv-cells.ts'
import type { ScannedRecords } from './csv-scanner.ts'
import type { CsvScan } from './csv-source.ts'

/** Makes the error of a record that begins at `byte` of its file. */
type Complaint = (byte: number, why: string, hint?: string) => Error

type Rows = Extract<Column, { kind: 'tuple' | 'record' }>

/** Makes columns of scanned records, and deals with those that are not as they should be. */
export class CsvRows {
  readonly #scan: CsvScan
  readonly #onMalformed: () => void
  readonly #complaint: Complaint

  constructor(scan: CsvScan, onMalformed: () => void, complaint: Complaint) {
    this.#scan = scan
    this.#onMalformed = onMalformed
    this.#complaint = complaint
  }

  /** Every file begins with the same names. */
  checkHeader(cells: CsvCells, base: number): void {
    const names = this.#scan.names ?? []
    const found = headerOf(cells)
    if (found.length === names.length && found.every((name, i) => name === names[i])) return
    throw this.#complaint(
      base,
      `the header names ${found.join(', ')}, and that of the first file ${names.join(', ')}`,
      'Read files of different columns apart, or name the columns: header: false, columns: [...].',
    )
  }

  /** The rows from `first` on; `base` is where the chunk begins in the file. Undefined where none is left. */
  columnOf(cells: CsvCells, found: ScannedRecords, first: number, base: number): Rows | undefined {
    const width = this.#scan.names?.length ?? (found.rows > first ? cells.fieldCount(first) : 0)
    const flaws = this.#flawsOf(found, first, width)
    const typed = this.#typedCells(cells, found, first, flaws)
    const corrupt = this.#judge(cells, found, flaws, base)
    const isDropped = this.#scan.policy.mode === 'dropMalformed' && flaws.size > 0
    const kept = new Int32Array(found.rows - first - (isDropped ? flaws.size : 0))
    let count = 0
    for (let row = first; row < found.rows; row++) {
      if (!isDropped || !flaws.has(row)) kept[count++] = row
    }
    if (count === 0) return undefined
    const place = (row: number): number => row - first
    const fieldAt = (index: number): Column => {
      const values = typed[index]
      if (values === undefined) return cells.texts(kept, index)
      return detectColumn(Array.from(kept, row => values[place(row)] ?? null))
    }
    const { names } = this.#scan
    if (names === undefined) return this.#arrays(cells, kept, width)
    const { corruptColumn } = this.#scan.policy
    const fields = lazily(names.length + (corruptColumn === undefined ? 0 : 1), index =>
      index < names.length
        ? fieldAt(index)
        : detectColumn(Array.from(kept, row => corrupt.get(row) ?? null)),
    )
    const keys = corruptColumn === undefined ? names : [...names, corruptColumn]
    return { kind: 'record', rows: count, keys, fields }
  }

  /** Without names rows are arrays of their own lengths. */
  #arrays(cells: CsvCells, kept: Int32Array, width: number): Rows {
    const isEven = kept.every(row => cells.fieldCount(row) === width)
    if (isEven && width <= 16) {
      return { kind: 'tuple', rows: kept.length, fields: lazily(width, i => cells.texts(kept, i)) }
    }
    const rows = Array.from(kept, row =>
      Array.from({ length: cells.fieldCount(row) }, (_, i) => cells.text(row, i)),
    )
    const column = detectColumn(rows)
    return { rows: rows.length, ...column } as Rows
  }

  #flawsOf(found: ScannedRecords, first: number, width: number): Map<number, string> {
    const flaws = new Map(found.flaws)
    flaws.delete(first - 1)
    if (this.#scan.names === undefined) return flaws
    const { rowEnds } = found
    let start = first === 0 ? 0 : rowEnds[first - 1]!
    for (let row = first; row < found.rows; row++) {
      const fields = rowEnds[row]! - start
      start = rowEnds[row]!
      if (fields !== width && !flaws.has(row)) {
        flaws.set(row, `the record has ${fields} fields, and there are ${width} columns`)
      }
    }
    return flaws
  }

  /** Cells that are no text, by column; one that cannot be read is undefined and a flaw of its row. */
  #typedCells(
    cells: CsvCells,
    found: ScannedRecords,
    first: number,
    flaws: Map<number, string>,
  ): readonly (readonly unknown[] | undefined)[] {
    const { names = [], types = [] } = this.#scan
    if (types.length === 0) return []
    const rows = Int32Array.from({ length: found.rows - first }, (_, i) => first + i)
    return types.map((type, index) => {
      if (type === 'string') return undefined
      const values = cells.values(rows, index, type)
      for (let i = 0; i < values.length; i++) {
        if (values[i] !== undefined || flaws.has(first + i)) continue
        const text = JSON.stringify(cells.text(first + i, index)?.slice(0, 100))
        flaws.set(
          first + i,
          `column ${JSON.stringify(names[index])} holds ${text}, which is no ${type}`,
        )
      }
      return values
    })
  }

  /** Counts flaws, fails where they are not allowed, and gives the texts that are kept. */
  #judge(
    cells: CsvCells,
    found: ScannedRecords,
    flaws: ReadonlyMap<number, string>,
    base: number,
  ): ReadonlyMap<number, string> {
    const { mode, corruptColumn } = this.#scan.policy
    const texts = new Map<number, string>()
    const rows = [...flaws.keys()].sort((a, b) => a - b)
    for (const row of rows) {
      this.#onMalformed()
      if (mode === 'failFast') {
        throw this.#complaint(base + found.rowStarts[row]!, flaws.get(row)!)
      }
      if (corruptColumn !== undefined) texts.set(row, cells.recordText(row))
    }
    return texts
  }
}

/** The names in the first record: an empty one is called by its place, one that was there already gets its place behind it. */
export function headerOf(cells: CsvCells): string[] {
  const names: string[] = []
  for (let i = 0; i < cells.fieldCount(0); i++) {
    const given = cells.text(0, i) ?? ''
    let name = given === '' ? `_c${i}` : given
    if (names.includes(name)) name = `${name}${i}`
    while (names.includes(name)) name = `${name}_`
    names.push(name)
  }
  return names
}

/** Columns that are made when they are first looked at: a job pays for the fields that it reads. */
export function lazily(count: number, make: (index: number) => Column): readonly Column[] {
  const fields: Column[] = []
  for (let index = 0; index < count; index++) {
    let made: Column | undefined
    Object.defineProperty(fields, index, {
      enumerable: true,
      get: () => (made ??= make(index)),
    })
  }
  return fields
}
