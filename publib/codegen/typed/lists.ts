/** Arrays and groups that lie in columns, gone through item by item without being made. */
import type { Column } from '#publib/columnar'
import type { Expression, FunctionShape } from '#publib/recognition'
import { partsOf, withParts } from '#publib/recognition/intrinsics'
import { assert } from '#publib/util'
import { CHECK_RECORDS } from '../step.ts'
import { type Element, INT32, type ListRow } from './element.ts'
import { ASCII, signatureOf } from './input.ts'
import { LoopWriter } from './loop-writer.ts'
import { lowerFunction } from './lower.ts'
import { truth } from './truth.ts'

type ForEach = Extract<Expression, { op: 'each' | 'select' }>

/**
 * What a flatMap gives that goes through a list of its element: a loop over the items, if all that is done to them can be
 * written. Undefined: nothing was written.
 */
export function goThrough(
  shape: FunctionShape | undefined,
  element: Element,
  w: LoopWriter,
): Element | undefined {
  if (shape === undefined || shape.locals.length > 0) return undefined
  const found = goingThrough(shape.result)
  if (found === undefined) return undefined
  // Tried on the side first: an open block cannot be taken back.
  if (written(found, element, new LoopWriter()) === undefined) return undefined
  const item = written(found, element, w)
  assert(item !== undefined, 'a loop over a list was begun and cannot be ended')
  return item
}

/** A list, and what is done to each of its items, in order. */
interface Going {
  readonly list: Expression
  readonly isIterated: boolean
  readonly steps: readonly { readonly op: ForEach['op']; readonly shape: FunctionShape }[]
}

/** Undefined where something depends on the place of an item, or on more than element and item. */
function goingThrough(result: Expression): Going | undefined {
  const steps: Going['steps'][number][] = []
  let list = result
  let isIterated = false
  while (list.op === 'each' || list.op === 'select') {
    const body = withItem(list.body)
    if (body === undefined) return undefined
    steps.unshift({ op: list.op, shape: shapeOf(body) })
    isIterated = list.isIterated === true
    list = list.of
  }
  return steps.length === 0 ? undefined : { list, isIterated, steps }
}

function shapeOf(result: Expression): FunctionShape {
  return { parameters: 2, locals: [], result, intrinsics: [] }
}

/** The item becomes the second argument. */
function withItem(expression: Expression): Expression | undefined {
  switch (expression.op) {
    case 'element':
      return { op: 'argument', index: 1 }
    case 'argument':
      return expression.index === 0 ? expression : undefined
    case 'local':
    case 'place':
    case 'itemAtPlace':
      return undefined
    default: {
      const parts = partsOf(expression).map(withItem)
      if (parts.includes(undefined)) return undefined
      let next = 0
      return withParts(expression, () => parts[next++]!)
    }
  }
}

function written(
  { list, isIterated, steps }: Going,
  outer: Element,
  w: LoopWriter,
): Element | undefined {
  const isCopied = list.op === 'method' && list.name === 'toArray'
  const from = isCopied ? list.of : list
  const row = lowerFunction(shapeOf(from), [outer], w)
  if (row?.kind !== 'value' || row.list === undefined) return undefined
  const { isGroup } = row.list
  // A group can be iterated, and gives an array, but is none.
  if (isCopied ? !isGroup : isGroup && !isIterated) return undefined
  const place = w.fresh()
  let item = itemOf(row.list.items, `${row.list.code}.items`, place, w)
  if (item === undefined) return undefined
  const ends = endsOf(row.list, w)
  w.isAligned = false
  w.multiplies = true
  w.open(`for (let ${place} = i === 0 ? 0 : ${ends}[i - 1]; ${place} < ${ends}[i]; ${place}++) {
if (++made >= ${CHECK_RECORDS}) { made = 0; h.check() }`)
  for (const { op, shape } of steps) {
    const lowered = lowerFunction(shape, [outer, item], w)
    if (lowered === undefined) return undefined
    if (op === 'each') item = lowered
    else w.open(`if (${truth(lowered, w)}) {`)
  }
  return item
}

/** Where the list of each row ends among all items. */
function endsOf({ code }: ListRow, w: LoopWriter): string {
  return w.once(`h.ends(${code}.lengths)`)
}

/** Item `place` of a column, as text; undefined for kinds that are not looked into. */
function itemOf(column: Column, code: string, place: string, w: LoopWriter): Element | undefined {
  switch (column.kind) {
    case 'f64':
      return { kind: 'number', code: `${w.once(`${code}.values`)}[${place}]` }
    case 'i32':
      return { kind: 'number', code: `${w.once(`${code}.values`)}[${place}]`, bounds: INT32 }
    case 'bool':
      return { kind: 'boolean', code: `(${w.once(`${code}.values`)}[${place}] === 1)` }
    case 'utf8':
      return {
        ...{ kind: 'text', column: code, isAscii: signatureOf(column) === ASCII, isRow: false },
        start: `${w.once(`h.starts(${code})`)}[${place}]`,
        length: `${w.once(`${code}.lengths`)}[${place}]`,
      }
    case 'tuple': {
      const items = itemsOf(column.fields, code, place, w)
      return items && { kind: 'tuple', items }
    }
    case 'record': {
      const values = itemsOf(column.fields, code, place, w)
      return values && { kind: 'record', keys: column.keys, values }
    }
    default:
      return undefined
  }
}

function itemsOf(
  columns: readonly Column[],
  code: string,
  place: string,
  w: LoopWriter,
): Element[] | undefined {
  const items: Element[] = []
  for (const [k, column] of columns.entries()) {
    const item = itemOf(column, `${code}.fields[${k}]`, place, w)
    if (item === undefined) return undefined
    items.push(item)
  }
  return items
}
