import type { Column } from './column.ts'
import { mapFields } from './fields.ts'
import { packUtf8 } from './strings.ts'

/** A column whose rows can be found: what is summed up once serves many looks. */
export interface Located {
  readonly column: Column
  /** Where each row begins in what the rows share, and the end: bytes, units, items, or values that are there. */
  readonly starts: Uint32Array | undefined
  /** The columns inside it. */
  readonly parts: readonly Located[]
}

const NOTHING: readonly Located[] = []

/** Texts that share bytes are packed. */
export function locate(column: Column): Located {
  switch (column.kind) {
    case 'utf8': {
      const packed = packUtf8(column)
      return { column: packed, starts: startsOf(packed.lengths), parts: NOTHING }
    }
    case 'utf16':
    case 'bytes':
      return { column, starts: startsOf(column.lengths), parts: NOTHING }
    case 'nullable':
      return { column, starts: startsOfPresent(column.marks), parts: [locate(column.values)] }
    case 'list':
      return { column, starts: startsOf(column.lengths), parts: [locate(column.items)] }
    case 'tuple':
    case 'record':
      return { column, starts: undefined, parts: mapFields(column.fields, locate) }
    default:
      return { column, starts: undefined, parts: NOTHING }
  }
}

/** One more than there are lengths: the last is where all end. */
export function startsOf(lengths: Uint32Array): Uint32Array {
  const starts = new Uint32Array(lengths.length + 1)
  for (let i = 0, end = 0; i < lengths.length; i++) {
    end += lengths[i]!
    starts[i + 1] = end
  }
  return starts
}

/** For each row how many before it are there. */
export function startsOfPresent(marks: Uint8Array): Uint32Array {
  const starts = new Uint32Array(marks.length + 1)
  let count = 0
  for (let i = 0; i < marks.length; i++) {
    starts[i] = count
    if (marks[i] === 0) count++
  }
  starts[marks.length] = count
  return starts
}
