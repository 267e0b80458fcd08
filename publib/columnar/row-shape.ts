import { RECORD_KEYS_MAX, TUPLE_LENGTH_MAX } from './limits.ts'

/** What holds the values of a field: `any` takes all of them, and they are looked at later. */
export type LeafKind = 'i32' | 'f64' | 'bool' | 'any'

export interface LeafShape {
  readonly kind: 'leaf'
  readonly depth: number
  readonly leaf: { kind: LeafKind }
}

export type Shape =
  | LeafShape
  | { readonly kind: 'tuple'; readonly fields: readonly Shape[] }
  | { readonly kind: 'record'; readonly keys: readonly string[]; readonly fields: readonly Shape[] }

/** The shape of rows with fields, and all its leaves in the order in which they stand. */
export type RowsShape = Exclude<Shape, LeafShape> & {
  readonly leaves: { kind: LeafKind }[]
  /** Whether a field has fields of its own. */
  readonly isNested: boolean
}

/** More fields make a text that is compiled slowly. */
const LEAVES_MAX = 128

/**
 * The shape that the first, the middle and the last row have in common; undefined where they are no rows with fields.
 *
 * @param depthMax where fields are looked into no more
 */
export function shapeOfRows(
  rows: readonly unknown[],
  depth: number,
  depthMax: number,
): RowsShape | undefined {
  const samples = [rows[0], rows[rows.length >>> 1], rows[rows.length - 1]]
  const leaves: { kind: LeafKind }[] = []
  const shape = shapeOf(samples, { depth, depthMax, leaves })
  if (shape.kind === 'leaf' || leaves.length > LEAVES_MAX) return undefined
  return { ...shape, leaves, isNested: shape.fields.some(field => field.kind !== 'leaf') }
}

/** Equal for equal shapes with leaves of equal kinds. */
export function signatureOf(shape: Shape): string {
  if (shape.kind === 'leaf') return SIGNS[shape.leaf.kind]
  const isTuple = shape.kind === 'tuple'
  let signature = isTuple ? '[' : '{'
  for (let i = 0; i < shape.fields.length; i++) {
    if (!isTuple) signature += JSON.stringify(shape.keys[i])
    signature += signatureOf(shape.fields[i]!)
  }
  return `${signature}]`
}

const SIGNS: Readonly<Record<LeafKind, string>> = { i32: 'i', f64: 'f', bool: 'b', any: 'a' }

interface Place {
  readonly depth: number
  readonly depthMax: number
  readonly leaves: { kind: LeafKind }[]
}

function shapeOf(samples: readonly unknown[], place: Place): Shape {
  const { depth, depthMax, leaves } = place
  if (depth < depthMax && leaves.length <= LEAVES_MAX) {
    const inner = { ...place, depth: depth + 1 }
    const at = (key: string | number): Shape =>
      shapeOf(
        samples.map(sample => (sample as Record<string | number, unknown>)[key]),
        inner,
      )
    const length = tupleLength(samples)
    if (length > 0) return { kind: 'tuple', fields: Array.from({ length }, (_, i) => at(i)) }
    const keys = recordKeys(samples)
    if (keys !== undefined) return { kind: 'record', keys, fields: keys.map(at) }
  }
  const leaf = { kind: leafKind(samples) }
  leaves.push(leaf)
  return { kind: 'leaf', depth, leaf }
}

/** 0 where they are no arrays of one length that would be tuples. */
function tupleLength(samples: readonly unknown[]): number {
  const [first] = samples
  if (!Array.isArray(first) || first.length > TUPLE_LENGTH_MAX) return 0
  return samples.every(sample => Array.isArray(sample) && sample.length === first.length)
    ? first.length
    : 0
}

function recordKeys(samples: readonly unknown[]): readonly string[] | undefined {
  const [first] = samples
  if (!isPlain(first)) return undefined
  const keys = Object.keys(first)
  if (keys.length === 0 || keys.length > RECORD_KEYS_MAX || keys.includes('__proto__')) {
    return undefined
  }
  const text = keys.join('\n')
  return samples.every(sample => isPlain(sample) && Object.keys(sample).join('\n') === text)
    ? keys
    : undefined
}

function isPlain(sample: unknown): sample is object {
  return (
    typeof sample === 'object' &&
    sample !== null &&
    Object.getPrototypeOf(sample) === Object.prototype
  )
}

function leafKind(samples: readonly unknown[]): LeafKind {
  if (samples.every(sample => typeof sample === 'boolean')) return 'bool'
  if (!samples.every(sample => typeof sample === 'number')) return 'any'
  return samples.every(sample => (sample | 0) === sample) ? 'i32' : 'f64'
}
