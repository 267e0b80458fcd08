import { Buffer } from 'node:buffer'
import type { JsonField, JsonPath, Texts } from '../doors.ts'

/** As numbers in `kinds`. */
const ABSENT = 0
const NULL = 1
const FALSE = 2
const TRUE = 3
const NUMBER = 4
const TEXT = 5

export function jsonFields(
  texts: Texts,
  paths: readonly JsonPath[],
): readonly JsonField[] | undefined {
  const rows = texts.lengths.length
  const fields = paths.map(() => new FieldValues(rows))
  const buffer = Buffer.from(texts.bytes.buffer, texts.bytes.byteOffset, texts.bytes.byteLength)
  let packed = 0
  for (let row = 0; row < rows; row++) {
    const start = texts.starts === undefined ? packed : texts.starts[row]!
    packed += texts.lengths[row]!
    const object = objectIn(buffer.toString('utf8', start, start + texts.lengths[row]!))
    if (object === undefined) return undefined
    for (const [i, path] of paths.entries()) {
      const holder = holderOf(object, path)
      if (holder === undefined || !fields[i]!.set(row, holder[path.at(-1)!])) return undefined
    }
  }
  return fields.map(field => field.field())
}

type JsonObject = Readonly<Record<string, unknown>>

function objectIn(text: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return undefined
  }
}

function asObject(value: unknown): JsonObject | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? Object.assign(Object.create(null), value) : undefined
}

/** The object of which the path's last name is a field. */
function holderOf(object: JsonObject, path: JsonPath): JsonObject | undefined {
  let holder: JsonObject | undefined = object
  for (const name of path.slice(0, -1)) holder = holder && asObject(holder[name])
  return holder
}

class FieldValues {
  readonly #kinds: Uint8Array
  readonly #numbers: Float64Array
  readonly #texts: Buffer[] = []
  readonly #lengths: Uint32Array
  #found = 0

  constructor(rows: number) {
    this.#kinds = new Uint8Array(rows)
    this.#numbers = new Float64Array(rows)
    this.#lengths = new Uint32Array(rows)
  }

  /** False where no column can hold it. */
  set(row: number, value: unknown): boolean {
    const kind = kindOf(value)
    if (kind === undefined) return false
    this.#kinds[row] = kind
    this.#found |= 1 << kind
    if (typeof value === 'number') this.#numbers[row] = value
    if (typeof value === 'string') {
      if (!(value as string & { isWellFormed(): boolean }).isWellFormed()) return false
      const bytes = Buffer.from(value)
      this.#texts.push(bytes)
      this.#lengths[row] = bytes.length
    }
    return true
  }

  field(): JsonField {
    const bytes = new Uint8Array(Buffer.concat(this.#texts))
    const texts = { bytes, starts: undefined, lengths: this.#lengths }
    return { kinds: this.#kinds, found: this.#found, numbers: this.#numbers, texts }
  }
}

function kindOf(value: unknown): number | undefined {
  switch (typeof value) {
    case 'undefined':
      return ABSENT
    case 'boolean':
      return value ? TRUE : FALSE
    case 'number':
      return NUMBER
    case 'string':
      return TEXT
    default:
      return value === null ? NULL : undefined
  }
}
