import { type Column, columnOfDoubles, rowsOf, valuesOf } from '#publib/columnar'
import { type JsonField, type JsonPath, kernels } from '#publib/kernels'
import type { JsonReading } from './json-reading.ts'

/** After so many columns on end that were left to the language, others are not looked at any more. */
const MISSES_MAX = 8

/** As bits of `found`. */
const ABSENT = 1
const NULL = 2
const BOOLEANS = 4 + 8
const NUMBERS = 16
const TEXTS = 32

/** Lines of JSON as records of the fields that a chain looks at. */
export class JsonLinesReader {
  readonly #fields: JsonRecords
  #misses = 0

  constructor(paths: readonly JsonPath[]) {
    this.#fields = new JsonRecords(paths)
  }

  /** Undefined where the values are to be parsed. */
  read(texts: Column): Column | undefined {
    if (this.#misses >= MISSES_MAX) return undefined
    const found = this.#fields.of(texts)
    this.#misses = found === undefined ? this.#misses + 1 : 0
    return found
  }
}

/** Finds the fields that a chain looks at in texts of JSON that its functions parse. */
export class JsonReader {
  readonly #isWhole: boolean
  readonly #fields: JsonLinesReader

  constructor({ isWhole, paths }: Pick<JsonReading, 'isWhole' | 'paths'>) {
    this.#isWhole = isWhole
    this.#fields = new JsonLinesReader(paths)
  }

  /**
   * Tuples of what was found and of the element, of texts or of tuples of text and element; undefined where functions are to
   * parse the texts themselves.
   */
  read(given: Column): Column | undefined {
    const [texts, element] =
      this.#isWhole || given.kind !== 'tuple'
        ? [given, given]
        : [given.fields[0]!, given.fields[1]!]
    const found = this.#fields.read(texts)
    return found && { kind: 'tuple', rows: rowsOf(given), fields: [found, element] }
  }
}

interface Place {
  readonly name: string
  /** The number of a path, or what is within. */
  readonly of: number | readonly Place[]
}

/** Records of the fields at some paths. */
class JsonRecords {
  readonly #paths: readonly JsonPath[]
  readonly #places: readonly Place[]

  constructor(paths: readonly JsonPath[]) {
    this.#paths = paths
    this.#places = placesOf([...paths.entries()], 0)
  }

  /** Undefined where the language is to be asked. */
  of(texts: Column): Column | undefined {
    if (texts.kind !== 'utf8') return undefined
    const { bytes, starts, lengths } = texts
    const fields = kernels().jsonFields({ bytes, starts, lengths }, this.#paths)
    return fields && recordOf(this.#places, fields, lengths.length)
  }
}

function placesOf(paths: readonly (readonly [number, JsonPath])[], depth: number): Place[] {
  const names = new Set(paths.map(([, path]) => path[depth]!))
  return [...names].map(name => {
    const within = paths.filter(([, path]) => path[depth] === name)
    const [[field, path]] = within as [readonly [number, JsonPath]]
    return { name, of: path.length === depth + 1 ? field : placesOf(within, depth + 1) }
  })
}

function recordOf(places: readonly Place[], fields: readonly JsonField[], rows: number): Column {
  if (places.length === 0) return { kind: 'constant', rows, value: null }
  return {
    ...{ kind: 'record', rows, keys: places.map(({ name }) => name) },
    fields: places.map(({ of }) =>
      typeof of === 'number' ? columnOf(fields[of]!, rows) : recordOf(of, fields, rows),
    ),
  }
}

function columnOf(field: JsonField, rows: number): Column {
  const { found } = field
  if (found === ABSENT) return { kind: 'constant', rows, value: undefined }
  if (found === NULL) return { kind: 'constant', rows, value: null }
  if ((found & (ABSENT | NULL)) === 0) return columnOfOne(field) ?? columnOfAny(field)
  const marks = new Uint8Array(rows)
  const order = new Uint32Array(rows)
  let present = 0
  for (let row = 0; row < rows; row++) {
    const kind = field.kinds[row]!
    if (kind > 1) order[present++] = row
    // Null is 1 and undefined 2, as marks.
    else marks[row] = kind === 1 ? 1 : 2
  }
  const values = columnOfOne(presentOf(field, order.subarray(0, present)))
  return values === undefined ? columnOfAny(field) : { kind: 'nullable', marks, values }
}

/** The rows that are there, of a field of a kind. */
function presentOf({ kinds, found, numbers, texts }: JsonField, order: Uint32Array): JsonField {
  const starts = texts.starts ?? startsOf(texts.lengths)
  return {
    found: found & ~(ABSENT | NULL),
    kinds: Uint8Array.from(order, row => kinds[row]!),
    numbers: Float64Array.from(order, row => numbers[row]!),
    texts: {
      bytes: texts.bytes,
      starts: Uint32Array.from(order, row => starts[row]!),
      lengths: Uint32Array.from(order, row => texts.lengths[row]!),
    },
  }
}

function startsOf(lengths: Uint32Array): Uint32Array {
  let end = 0
  return lengths.map(length => {
    end += length
    return end - length
  })
}

/** Values that are all numbers, all texts or all booleans; undefined where they are not. */
function columnOfOne({ found, kinds, numbers, texts }: JsonField): Column | undefined {
  if (found === NUMBERS) return columnOfDoubles(numbers)
  if (found === TEXTS) return { kind: 'utf8', ...texts }
  if ((found & ~BOOLEANS) !== 0) return undefined
  const values = new Uint8Array(kinds.length)
  for (let row = 0; row < kinds.length; row++) values[row] = kinds[row]! - 2
  return { kind: 'bool', values }
}

function columnOfAny({ kinds, numbers, texts }: JsonField): Column {
  const strings = valuesOf({ kind: 'utf8', ...texts })
  const plain = [undefined, null, false, true]
  const values = Array.from(kinds, (kind, row) => {
    if (kind < plain.length) return plain[kind]
    return kind === 4 ? numbers[row] : strings[row]
  })
  return { kind: 'values', values }
}
