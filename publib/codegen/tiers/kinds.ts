/** What is known of elements before a job runs: columns that have the kinds of theirs, and no rows. */
import type { Column } from '#publib/columnar'
import { detectColumn, valuesOf } from '#publib/columnar'
import type { ComputeContext, Lineage } from '#publib/lineage'
import type { Expression, FunctionShape } from '#publib/recognition'
import { partsOf } from '#publib/recognition'
import type { Element } from '../typed/element.ts'

export const NUMBERS: Column = { kind: 'f64', values: new Float64Array() }
const INTEGERS: Column = { kind: 'i32', values: new Int32Array() }
export const TEXTS: Column = { kind: 'utf8', bytes: new Uint8Array(), lengths: new Uint32Array() }
const BOOLEANS: Column = { kind: 'bool', values: new Uint8Array() }
const ANY: Column = { kind: 'values', values: [] }

/** Elements like those of a source, as far as they are known without reading what is not the driver's. */
export function kindOfSource(source: Lineage<unknown>): Column | undefined {
  if (source.tag === 'sourceScan') return TEXTS
  if (source.tag !== 'range' && source.tag !== 'parallelCollection') return undefined
  const own = {
    partitionData: (of: Lineage<unknown>, index: number) => of.partitionData(index) ?? {},
  }
  for (let partition = 0; partition < Math.min(source.numPartitions, SLICES_SEEN); partition++) {
    for (const column of source.columns(partition, own as unknown as ComputeContext) ?? []) {
      return column.kind === 'values' ? detectColumn(valuesOf(column)) : column
    }
  }
  return undefined
}

/** The first ones may be empty. */
const SLICES_SEEN = 8

/** The kind of a column of such elements. */
export function kindOfElement(element: Element): Column {
  switch (element.kind) {
    case 'number':
      return element.bounds === undefined ? NUMBERS : INTEGERS
    case 'boolean':
      return BOOLEANS
    case 'string':
    case 'text':
    case 'concat':
      return TEXTS
    case 'maybe':
      return { kind: 'nullable', marks: new Uint8Array(), values: TEXTS }
    case 'parts':
      return { kind: 'list', lengths: new Uint32Array(), items: TEXTS, isGroup: false }
    case 'absent':
      return { kind: 'constant', rows: 0, value: element.value }
    case 'tuple':
      return { kind: 'tuple', rows: 0, fields: element.items.map(kindOfElement) }
    case 'record':
      return {
        ...{ kind: 'record', rows: 0, keys: element.keys },
        fields: element.values.map(kindOfElement),
      }
    case 'value':
      return ANY
  }
}

/** Whether nothing in it is found out only when it runs. */
export function isKnown(column: Column): boolean {
  if (column.kind === 'tuple' || column.kind === 'record') return column.fields.every(isKnown)
  return column.kind !== 'values'
}

/** In words: `pairs of text and number`. */
export function kindWords(column: Column): string {
  switch (column.kind) {
    case 'f64':
    case 'i32':
      return 'numbers'
    case 'utf8':
      return 'texts'
    case 'bool':
      return 'booleans'
    case 'tuple':
      return `arrays of ${partWords(column.fields)}`
    case 'record':
      return `objects of ${partWords(column.fields)}`
    default:
      return 'values of one kind'
  }
}

function partWords(fields: readonly Column[]): string {
  return [...new Set(fields.map(kindWords))].join(' and ')
}

/** Kinds that the argument of a function may have, as far as its shape lets one guess. */
export function guesses(shape: FunctionShape): readonly Column[] {
  const names = new Set<string>()
  let length = 0
  const look = (expression: Expression): void => {
    const isOfArgument = 'of' in expression && expression.of.op === 'argument'
    if (expression.op === 'field' && isOfArgument) names.add(expression.name)
    if (expression.op === 'item' && isOfArgument) length = Math.max(length, expression.index + 1)
    for (const part of partsOf(expression)) look(part)
  }
  for (const expression of [...shape.locals, shape.result]) look(expression)
  const keys = [...names]
  const found = [NUMBERS, TEXTS, BOOLEANS]
  for (const part of [NUMBERS, TEXTS]) {
    if (length > 0) found.push({ kind: 'tuple', rows: 0, fields: Array(length).fill(part) })
    if (keys.length > 0) found.push({ kind: 'record', rows: 0, keys, fields: keys.map(() => part) })
  }
  if (length === 2) found.push({ kind: 'tuple', rows: 0, fields: [TEXTS, NUMBERS] })
  return found
}
