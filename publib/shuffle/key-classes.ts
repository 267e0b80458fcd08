import {
  BatchTooLarge,
  type Column,
  concatColumns,
  detectColumn,
  gatherColumn,
  isWellFormed,
  rowsOf,
  valuesOf,
} from '#publib/columnar'

/** Keys that can be equal are of one class: well-formed texts, numbers, and all the rest. */
export type KeyClass = 'text' | 'number' | 'other'

/** The rows of one class. */
export interface ClassOfKeys {
  readonly of: KeyClass
  /** Texts are utf8, numbers f64 or i32; others may be of any kind, also absent. */
  readonly keys: Column
  /** Which rows they are; undefined where it is all of them. */
  readonly rows: Uint32Array | undefined
}

/** The keys of a column by class: most columns are of one. */
export function classesOfKeys(keys: Column): readonly ClassOfKeys[] {
  switch (keys.kind) {
    case 'utf8':
      return [{ of: 'text', keys, rows: undefined }]
    case 'f64':
    case 'i32':
      return [{ of: 'number', keys, rows: undefined }]
    case 'utf16':
    case 'values':
      return classesOfValues(valuesOf(keys))
    case 'nullable': {
      const { kind } = keys.values
      if (kind === 'utf16' || kind === 'values') return classesOfValues(valuesOf(keys))
      if (kind !== 'utf8' && kind !== 'f64' && kind !== 'i32') {
        return [{ of: 'other', keys, rows: undefined }]
      }
      return classesOfNullable(keys)
    }
    default:
      return [{ of: 'other', keys, rows: undefined }]
  }
}

/** The values of the rows of a class. */
export function valuesOfClass(values: Column, { rows }: ClassOfKeys): Column {
  return rows === undefined ? values : gatherColumn(values, rows)
}

function classesOfNullable(keys: Column & { kind: 'nullable' }): ClassOfKeys[] {
  const { marks, values } = keys
  const present = new Uint32Array(rowsOf(values))
  const absent = new Uint32Array(marks.length - present.length)
  const absentValues: (null | undefined)[] = []
  let next = 0
  for (let i = 0; i < marks.length; i++) {
    if (marks[i] === 0) present[next++] = i
    else {
      absent[absentValues.length] = i
      absentValues.push(marks[i] === 1 ? null : undefined)
    }
  }
  const of = values.kind === 'utf8' ? 'text' : 'number'
  const classes: ClassOfKeys[] = []
  if (present.length > 0) classes.push({ of, keys: values, rows: present })
  if (absent.length > 0) {
    classes.push({ of: 'other', keys: { kind: 'values', values: absentValues }, rows: absent })
  }
  return classes
}

function classesOfValues(values: readonly unknown[]): ClassOfKeys[] {
  const rows: Record<KeyClass, number[]> = { text: [], number: [], other: [] }
  for (let i = 0; i < values.length; i++) rows[classOf(values[i])].push(i)
  const classes: ClassOfKeys[] = []
  for (const of of ['text', 'number', 'other'] as const) {
    if (rows[of].length === 0) continue
    const isAll = rows[of].length === values.length
    const own = isAll ? values : rows[of].map(i => values[i])
    const keys = columnOfClass(of, own)
    classes.push({ of, keys, rows: isAll ? undefined : Uint32Array.from(rows[of]) })
  }
  return classes
}

function classOf(value: unknown): KeyClass {
  if (typeof value === 'number') return 'number'
  return typeof value === 'string' && isWellFormed(value) ? 'text' : 'other'
}

function columnOfClass(of: KeyClass, values: readonly unknown[]): Column {
  if (of === 'number') return { kind: 'f64', values: Float64Array.from(values as number[]) }
  // Kinds of others are not looked for: what is in them may have no end.
  return of === 'other' ? { kind: 'values', values } : textColumn(values as string[])
}

/** Well-formed strings as one column, however long they are together. */
function textColumn(texts: readonly string[]): Column {
  try {
    return detectColumn(texts)
  } catch (error) {
    if (!(error instanceof BatchTooLarge) || texts.length < 2) throw error
    const half = texts.length >>> 1
    return concatColumns([textColumn(texts.slice(0, half)), textColumn(texts.slice(half))])
  }
}
