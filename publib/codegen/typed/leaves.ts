import { Buffer } from 'node:buffer'
import { TUPLE_LENGTH_MAX } from '#publib/columnar'
import { asJs } from './as-js.ts'
import {
  type ConcatElement,
  type Element,
  isInt32,
  type MaybeElement,
  type ValueElement,
} from './element.ts'
import type { LeafKind } from './leaf-kinds.ts'
import type { LoopWriter } from './loop-writer.ts'
import { literalBytes } from './lower-texts.ts'

/** Where rows of a loop go: text that makes the columns of them, and what begins rows anew when they are given on. */
export interface Gathering {
  /** An expression of the `n` rows that were written. */
  readonly column: string
  readonly restart: string
  /** A condition: more is gathered than should be held; empty where rows alone count. */
  readonly isHeavy: string
}

/** How plain values are gathered: as the column that they fit in, or as they are. */
export type Plain = 'detected' | 'opaque'

/** Bytes gathered before they are given on. */
const BYTES_MAX = 1 << 22

/** Writes the element as row `n`; columns of the input that pass through as they are cost nothing. */
export function gather(element: Element, w: LoopWriter, plain: Plain): Gathering {
  switch (element.kind) {
    case 'absent':
      return columnOf(`{ kind: 'constant', rows: n, value: ${asJs(element, w)} }`)
    case 'number':
      if (passes(element.row, w)) return columnOf(element.row!)
      if (element.literal !== undefined) return columnOf(`h.filled(${element.code}, n)`)
      return leaf(isInt32(element) ? 'i32' : 'f64', name => `${name}[n] = ${element.code}`, w)
    case 'boolean':
      if (passes(element.row, w)) return columnOf(element.row!)
      return leaf('bool', name => `${name}[n] = ${element.code} ? 1 : 0`, w)
    case 'string':
      if (element.literal !== undefined) return columnOf(`h.filledText(${element.code}, n)`)
      return strings(element.code, w)
    case 'text': {
      if (element.isRow && passes(element.column, w)) return columnOf(element.column)
      const { column, start, length } = element
      const own = leaf(
        'slices',
        name => `${name}.starts[n] = ${start}\n${name}.lengths[n] = ${length}`,
        w,
      )
      w.before(`l${w.leaves.length - 1}.bytes = ${column}.bytes`)
      return own
    }
    case 'maybe':
      return maybe(element, w)
    case 'concat':
      return concat(element, w)
    case 'parts':
      return plainly(element, w, plain)
    case 'tuple':
      if (element.items.length > TUPLE_LENGTH_MAX) return plainly(element, w, plain)
      return together(
        element.items,
        w,
        plain,
        fields => `{ kind: 'tuple', rows: n, fields: [${fields}] }`,
      )
    case 'record': {
      const keys = JSON.stringify(element.keys)
      return together(
        element.values,
        w,
        plain,
        fields => `{ kind: 'record', rows: n, keys: ${keys}, fields: [${fields}] }`,
      )
    }
    case 'value':
      return rowOf(element, w, plain) ?? plainly(element, w, plain)
  }
}

function maybe({ test, text }: MaybeElement, w: LoopWriter): Gathering {
  const number = w.leaves.length
  const own = leaf(
    'maybeSlices',
    name => `if (${test}) ${name}.put(n, ${text.start}, ${text.length})\nelse ${name}.skip(n)`,
    w,
  )
  w.before(`l${number}.bytes = ${text.column}.bytes`)
  return { ...own, restart: `l${number}.restart()\n` }
}

function rowOf({ row }: ValueElement, w: LoopWriter, plain: Plain): Gathering | undefined {
  if (row === undefined || !passes(row.code, w)) return undefined
  return row.isPlain && plain === 'detected' ? undefined : columnOf(row.code)
}

/** Whether row i of the input is row i of what the loop gives. */
function passes(column: string | undefined, w: LoopWriter): boolean {
  return column !== undefined && w.isAligned
}

function columnOf(column: string): Gathering {
  return { column, restart: '', isHeavy: '' }
}

function leaf(kind: LeafKind, write: (name: string) => string, w: LoopWriter): Gathering {
  const number = w.leaves.push(kind) - 1
  const name = `b${number}`
  w.before(`const l${number} = l[${number}], ${name} = l${number}.room(room)`)
  w.line(write(name))
  return columnOf(`l${number}.column(n)`)
}

function plainly(element: Element, w: LoopWriter, plain: Plain): Gathering {
  const value = w.bind(asJs(element, w))
  const number = w.leaves.length
  const mode = `m${number}`
  const own = leaf(
    plain,
    doubles =>
      `if (${mode} === 1 && typeof ${value} === 'number') ${doubles}[n] = ${value}
else ${mode} = l${number}.put(n, ${value})`,
    w,
  )
  w.before(`let ${mode} = 0`)
  return { ...own, restart: `l${number}.restart()\n${mode} = 0\n` }
}

function strings(code: string, w: LoopWriter): Gathering {
  const restart = `l${w.leaves.length}.restart()\n`
  return { ...leaf('strings', name => `${name}.put(n, ${code})`, w), restart }
}

/** The longest texts around a number, in bytes, that are written with it for each row. */
const AROUND_BYTES_MAX = 64

/** One number between literals: numbers are gathered, and become texts all at once. */
function numbered({ parts }: ConcatElement, w: LoopWriter): Gathering | undefined {
  const place = parts.findIndex(part => part.kind === 'number' && part.literal === undefined)
  const number = parts[place]
  if (number?.kind !== 'number') return undefined
  const before = literalText(parts.slice(0, place))
  const behind = literalText(parts.slice(place + 1))
  if (before === undefined || behind === undefined) return undefined
  if (Buffer.byteLength(before + behind) > AROUND_BYTES_MAX) return undefined
  const around = [literalBytes(before, w), literalBytes(behind, w)]
  if (around.includes(undefined)) return undefined
  const index = w.leaves.length
  const own = leaf('numbered', name => `${name}[n] = ${number.code}`, w)
  w.before(`l${index}.around(${around.join(', ')})`)
  return own
}

/** What parts say that are the same in every row; undefined where one is not. */
function literalText(parts: readonly Element[]): string | undefined {
  let text = ''
  for (const part of parts) {
    if (part.kind === 'absent') text += String(part.value)
    else if ((part.kind === 'string' || part.kind === 'number') && part.literal !== undefined) {
      text += String(part.literal)
    } else return undefined
  }
  return text
}

function concat(element: ConcatElement, w: LoopWriter): Gathering {
  const gathered = numbered(element, w)
  if (gathered !== undefined) return gathered
  const number = w.leaves.length
  const pieces: string[] = []
  for (const part of element.parts) {
    const piece = pieceOf(part, w)
    if (piece !== undefined) pieces.push(`b${number}.${piece}`)
  }
  const restart = `l${number}.restart()\n`
  if (pieces.length < element.parts.length) {
    return strings(asJs(element, w), w)
  }
  const own = leaf('bytes', name => [...pieces, `${name}.close(n)`].join('\n'), w)
  return { ...own, restart, isHeavy: `l${number}.end > ${BYTES_MAX}` }
}

/** A part of a text as a call that writes its bytes; undefined where it is a string. */
function pieceOf(part: Element, w: LoopWriter): string | undefined {
  switch (part.kind) {
    case 'number':
      return `number(${part.code})`
    case 'text':
      return `slice(${w.once(`${part.column}.bytes`)}, ${part.start}, ${part.length})`
    case 'absent':
      return `literal(${literalBytes(String(part.value), w)})`
    case 'string': {
      const bytes = part.literal === undefined ? undefined : literalBytes(part.literal, w)
      return bytes && `literal(${bytes})`
    }
    default:
      return undefined
  }
}

function together(
  elements: readonly Element[],
  w: LoopWriter,
  plain: Plain,
  column: (fields: string) => string,
): Gathering {
  const parts = elements.map(element => gather(element, w, plain))
  return joinGatherings(parts, column(parts.map(part => part.column).join(', ')))
}

/** Several that are given on together, as `column`. */
export function joinGatherings(parts: readonly Gathering[], column: string): Gathering {
  const isHeavy = parts.map(part => part.isHeavy).filter(condition => condition !== '')
  return {
    column,
    restart: parts.map(part => part.restart).join(''),
    isHeavy: isHeavy.join(' || '),
  }
}
