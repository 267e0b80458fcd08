import {
  type Column,
  packUtf8,
  settledColumn,
  type Utf8Column,
  valuesOf,
  withSharedTexts,
} from '#publib/columnar'
import { decodeBatch, type EncodeOptions, encodeBatch } from '#publib/serialization'
import { SimSparkError } from '#publib/util'

/*
 * A cached block: a column laid out in one SharedArrayBuffer so that the typed arrays of the column are views of it, for all
 * threads that know it. Nothing is decoded and nothing copied to read it; memory that a job does not read it does not touch.
 *   0 u32 bytes of the description   4 the description, as JSON   then, each at a multiple of 8, the memory of its arrays
 * It never leaves the process that made it: no version, no checksum, and numbers as the machine has them.
 */

type TypedArray = Float64Array | Int32Array | BigInt64Array | Uint8Array | Uint16Array | Uint32Array

/** Where an array stands, counted from the end of the description, and how many items it has. */
type Place = readonly [start: number, length: number]

/** A column with places where it has arrays; `encoded` stands for plain values. */
type Description = { readonly kind: Column['kind'] | 'encoded' } & Readonly<Record<string, unknown>>

/** The arrays of each kind of column, by the names of its properties. */
const ARRAYS = {
  constant: {},
  f64: { values: Float64Array },
  i32: { values: Int32Array },
  i64: { values: BigInt64Array },
  bool: { values: Uint8Array },
  date: { values: Float64Array },
  utf8: { bytes: Uint8Array, lengths: Uint32Array, starts: Uint32Array },
  utf16: { units: Uint16Array, lengths: Uint32Array },
  bytes: { bytes: Uint8Array, lengths: Uint32Array },
  nullable: { marks: Uint8Array },
  tuple: {},
  list: { lengths: Uint32Array },
  record: {},
  values: {},
  encoded: { block: Uint8Array },
} as const

/**
 * A column as a block in memory that threads share. Plain values among it are encoded by the record codec.
 *
 * @throws VALUE_NOT_ENCODABLE
 */
export function storeColumn(column: Column, options: EncodeOptions): Uint8Array {
  const layout = new Layout(options)
  const described = JSON.stringify(descriptionOf(column, layout, options))
  const head = Buffer.from(described, 'utf8')
  const base = aligned(4 + head.length)
  const memory = new SharedArrayBuffer(base + layout.bytes)
  const block = new Uint8Array(memory)
  new DataView(memory).setUint32(0, head.length, true)
  block.set(head, 4)
  for (const { start, array } of layout.placed) {
    const { buffer, byteOffset, byteLength } = array
    block.set(new Uint8Array(buffer, byteOffset, byteLength), base + start)
  }
  return block
}

function descriptionOf(column: Column, layout: Layout, options: EncodeOptions): Description {
  try {
    return layout.describe(settledColumn(column))
  } catch (error) {
    // Whole rows tell better what of them cannot be encoded.
    if (column.kind !== 'values' && error instanceof SimSparkError) {
      encodeBatch(valuesOf(column), options)
    }
    throw error
  }
}

/** Gives arrays their places. */
class Layout {
  bytes = 0
  readonly placed: { readonly start: number; readonly array: TypedArray }[] = []
  readonly #options: EncodeOptions
  readonly #places = new Map<TypedArray, Place>()

  constructor(options: EncodeOptions) {
    this.#options = options
  }

  describe(column: Column): Description {
    switch (column.kind) {
      case 'values':
        return this.#values(column.values)
      case 'constant':
        return { kind: 'constant', rows: column.rows, isNull: column.value === null }
      case 'tuple':
      case 'record': {
        const fields = column.fields.map(field => this.describe(field))
        return { ...column, fields }
      }
      case 'list':
        return { ...this.#flat(column), items: this.describe(column.items) }
      case 'nullable':
        return { ...this.#flat(column), values: this.describe(column.values) }
      case 'utf8':
        return this.#flat(compact(column))
      default:
        return this.#flat(column)
    }
  }

  #values(values: readonly unknown[]): Description {
    const block = encodeBatch(values, this.#options)
    return { kind: 'encoded', rows: values.length, block: this.#place(block) }
  }

  #flat(column: Column): Description {
    const description: Record<string, unknown> = { ...column }
    for (const name of Object.keys(ARRAYS[column.kind])) {
      const array = description[name] as TypedArray | undefined
      if (array !== undefined) description[name] = this.#place(array)
    }
    return description as Description
  }

  /** An array that columns share stands once. */
  #place(array: TypedArray): Place {
    const known = this.#places.get(array)
    if (known !== undefined) return known
    const start = this.bytes
    this.placed.push({ start, array })
    this.bytes = aligned(start + array.byteLength)
    const place: Place = [start, array.length]
    this.#places.set(array, place)
    return place
  }
}

/** Rows that share bytes stay as they are where that takes less room; those that are cut out of many others do not. */
function compact(column: Utf8Column): Utf8Column {
  const { bytes, lengths, starts } = column
  if (starts === undefined) return withSharedTexts(column)
  let packedBytes = 0
  for (let i = 0; i < lengths.length; i++) packedBytes += lengths[i]!
  const isSmall = bytes.length + starts.byteLength < packedBytes
  return isSmall ? column : withSharedTexts(packUtf8(column))
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8
}

/** A cached block as whoever reads it has it: opened once, when it is first read. */
export class StoredBlock {
  readonly #block: Uint8Array
  #description: Description | undefined
  #base = 0
  /** The same for every reader, unless plain values are in it: these are fresh ones each time. */
  #column: Column | undefined

  /** Looks at the memory that `storeColumn` gave. */
  constructor(block: Uint8Array) {
    this.#block = block
  }

  /** Views of the block. */
  column(): Column {
    if (this.#column !== undefined) return this.#column
    this.#description ??= this.#describe()
    const column = this.#columnOf(this.#description)
    if (!hasValues(column)) this.#column = column
    return column
  }

  #describe(): Description {
    const { buffer, byteOffset } = this.#block
    const size = new DataView(buffer, byteOffset).getUint32(0, true)
    this.#base = byteOffset + aligned(4 + size)
    return JSON.parse(Buffer.from(buffer, byteOffset + 4, size).toString('utf8')) as Description
  }

  #columnOf(description: Description): Column {
    const made: Record<string, unknown> = { ...description }
    for (const [name, kind] of Object.entries(ARRAYS[description.kind])) {
      if (made[name] !== undefined) made[name] = this.#view(kind, made[name] as Place)
    }
    switch (description.kind) {
      case 'encoded':
        return { kind: 'values', values: decodeBatch(made['block'] as Uint8Array) }
      case 'constant':
        return {
          ...{ kind: 'constant', rows: made['rows'] as number },
          value: made['isNull'] === true ? null : undefined,
        }
      case 'tuple':
      case 'record':
        made['fields'] = (made['fields'] as Description[]).map(field => this.#columnOf(field))
        break
      case 'list':
        made['items'] = this.#columnOf(made['items'] as Description)
        break
      case 'nullable':
        made['values'] = this.#columnOf(made['values'] as Description)
    }
    return made as unknown as Column
  }

  #view(
    kind: new (memory: ArrayBufferLike, start: number, length: number) => TypedArray,
    [start, length]: Place,
  ): TypedArray {
    return new kind(this.#block.buffer, this.#base + start, length)
  }
}

function hasValues(column: Column): boolean {
  switch (column.kind) {
    case 'values':
      return true
    case 'tuple':
    case 'record':
      return column.fields.some(hasValues)
    case 'list':
      return hasValues(column.items)
    case 'nullable':
      return hasValues(column.values)
    default:
      return false
  }
}
