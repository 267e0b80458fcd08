import { isAscii } from 'node:buffer'
import type { Column } from '#publib/columnar'
import { type Element, INT32, plainValue, type TextElement, type ValueElement } from './element.ts'
import type { LoopWriter } from './loop-writer.ts'

type Utf8 = Extract<Column, { kind: 'utf8' }>

/** Columns of more parts than that are read as plain values. */
const FIELDS_MAX = 24

/**
 * What the text of a loop depends on in a column: loops are compiled for each signature that comes. Kinds that no loop
 * looks into are one: their rows are values. `ascii` are bytes that are known to be ASCII.
 */
export function signatureOf(column: Column, ascii?: Uint8Array): string {
  return leavesIn(column) > FIELDS_MAX
    ? OTHERS
    : partSignature(column, ascii ?? sharedAscii(column))
}

/** The bytes that texts of several fields lie in, where all of these are ASCII: looked at once. */
function sharedAscii(column: Column): Uint8Array | undefined {
  if (column.kind !== 'tuple' && column.kind !== 'record') return undefined
  const texts = column.fields.filter(field => field.kind === 'utf8')
  const [first, second] = texts
  if (first === undefined || second?.bytes !== first.bytes) return undefined
  return isAscii(first.bytes) ? first.bytes : undefined
}

function leavesIn(column: Column): number {
  if (column.kind !== 'tuple' && column.kind !== 'record') return 1
  let leaves = 0
  for (const field of column.fields) leaves += leavesIn(field)
  return leaves
}

/** Plain values, and kinds that are read as such. */
const VALUES = 'v'
const OTHERS = 'o'
/** Texts of ASCII alone. */
export const ASCII = 'a'

function partSignature(column: Column, ascii?: Uint8Array): string {
  switch (column.kind) {
    case 'f64':
      return 'f'
    case 'i32':
      return 'i'
    case 'bool':
      return 'b'
    case 'constant':
      return column.value === null ? 'n' : 'u'
    case 'utf8':
      return column.bytes === ascii || isAscii(usedBytes(column)) ? ASCII : 't'
    case 'tuple':
      return `[${column.fields.map(field => partSignature(field, ascii)).join('')}]`
    case 'record': {
      const fields = column.fields.map(
        (field, i) => JSON.stringify(column.keys[i]) + partSignature(field, ascii),
      )
      return `{${fields.join('')}}`
    }
    case 'list':
      return `${column.isGroup ? 'G' : 'L'}${partSignature(column.items, ascii)}`
    case 'values':
      return VALUES
    default:
      return OTHERS
  }
}

/** Slices may lie in much more bytes than their own. */
function usedBytes(column: Utf8): Uint8Array {
  const [from, to] = rangeOf(column)
  return column.bytes.subarray(from, to)
}

/** Up to here looking at all bytes costs less than looking for those of the texts. */
const WHOLE_BYTES = 1 << 18

/** Where the first byte of the texts is, and behind the last. */
export function rangeOf({ bytes, starts, lengths }: Utf8): readonly [from: number, to: number] {
  if (starts === undefined || bytes.length <= WHOLE_BYTES) return [0, bytes.length]
  let from = bytes.length
  let to = 0
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i]!
    const end = start + lengths[i]!
    if (start < from) from = start
    if (end > to) to = end
  }
  return from < to ? [from, to] : [0, 0]
}

/**
 * Row `i` of a column of this signature, as text: `code` gives the column. Nothing is read that is not used.
 */
export function elementOf(column: Column, signature: string, code: string, w: LoopWriter): Element {
  if (signature === OTHERS) return plainRow(column, code, w)
  switch (column.kind) {
    case 'f64':
      return { kind: 'number', code: `${w.once(`${code}.values`)}[i]`, row: code }
    case 'i32':
      return { kind: 'number', code: `${w.once(`${code}.values`)}[i]`, bounds: INT32, row: code }
    case 'bool':
      return { kind: 'boolean', code: `(${w.once(`${code}.values`)}[i] === 1)`, row: code }
    case 'constant':
      return { kind: 'absent', value: column.value }
    case 'utf8':
      return textRow(code, signature === ASCII, w)
    case 'tuple':
      return {
        kind: 'tuple',
        items: column.fields.map((field, k) =>
          elementOf(field, partSignature(field), `${code}.fields[${k}]`, w),
        ),
      }
    case 'record':
      return {
        kind: 'record',
        keys: column.keys,
        values: column.fields.map((field, k) =>
          elementOf(field, partSignature(field), `${code}.fields[${k}]`, w),
        ),
      }
    case 'list': {
      const { items, isGroup } = column
      return { ...plainRow(column, code, w), list: { code, items, isGroup } }
    }
    default:
      return plainRow(column, code, w)
  }
}

/** Row `i` of a column of texts. */
export function textRow(column: string, isAsciiOnly: boolean, w: LoopWriter): TextElement {
  const start = `${w.once(`h.starts(${column})`)}[i]`
  const length = `${w.once(`${column}.lengths`)}[i]`
  return { kind: 'text', column, start, length, isAscii: isAsciiOnly, isRow: true }
}

/** A row of any column, made a value. */
function plainRow(column: Column, code: string, w: LoopWriter): ValueElement {
  const isPlain = column.kind === 'values'
  const rows = isPlain ? `${code}.values` : `h.values(${code})`
  return { ...plainValue(`${w.once(rows)}[i]`), row: { code, isPlain } }
}
