import { Buffer } from 'node:buffer'
import { isWellFormed, TooDeepForColumns, ValueGroup } from '#publib/columnar'
import { isPlainObject, KeyedMap, kindOfView } from '#publib/util'
import type { ByteWriter } from './byte-writer.ts'
import { writeInstance } from './instance-writer.ts'
import { TAG, VALUE_DEPTH_MAX, VIEWS } from './value-tags.ts'

/** A value that cannot be encoded, and where in the row it stands. */
export class NotEncodable extends Error {
  override readonly name = 'NotEncodable'
  readonly path: string
  readonly what: string

  constructor(path: string, what: string, cause?: unknown) {
    super(`${path}: ${what}`, { cause })
    this.path = path
    this.what = what
  }
}

export interface ValueOptions {
  /** Told the name of each class whose instances lose it. */
  readonly onLostClass?: ((className: string) => void) | undefined
  /** What the values are items of: one that holds it makes TooDeepForColumns, for then it must be written as one value. */
  readonly container?: object | undefined
}

/**
 * Writes any plain value, tagged. Objects that come again are written as references, so that cycles and shared parts stay
 * what they are. Instances of classes keep their own enumerable fields and lose their class; getters are called and
 * `toJSON` is not; of a Proxy is written what it shows.
 */
export class ValueWriter {
  readonly bytes: ByteWriter
  readonly #options: ValueOptions
  readonly #seen = new Map<object, number>()
  readonly #keys = new Map<string, number>()
  readonly #path: (string | number)[] = []

  constructor(bytes: ByteWriter, options: ValueOptions = {}) {
    this.bytes = bytes
    this.#options = options
  }

  /** Says that instances of this class lose it. */
  lostClass(className: string): void {
    this.#options.onLostClass?.(className)
  }

  /** @throws NotEncodable */
  write(value: unknown): void {
    this.#path.length = 0
    try {
      this.#write(value)
    } catch (error) {
      if (error instanceof NotEncodable || error instanceof TooDeepForColumns) throw error
      if (error instanceof RangeError) throw this.refusal('too large', error)
      throw this.refusal(`something that throws when it is read (${String(error)})`, error)
    }
  }

  refusal(what: string, cause?: unknown): NotEncodable {
    return new NotEncodable(showPath(this.#path), what, cause)
  }

  /** A value inside the one being written; `step` is its place there. */
  nested(step: string | number, value: unknown): void {
    this.#enter(step)
    this.#write(value)
    this.#path.pop()
  }

  /** The step is known before a getter is called: it may throw. */
  #field(object: object, key: string): void {
    this.#enter(key)
    this.#write(object[key as never])
    this.#path.pop()
  }

  #enter(step: string | number): void {
    this.#path.push(step)
    if (this.#path.length > VALUE_DEPTH_MAX) throw this.refusal('nested more than 1000 deep')
  }

  /** Own enumerable fields. A key is written in full once in a block. */
  fields(value: object): void {
    const keys = Object.keys(value)
    this.bytes.varint(keys.length)
    for (const key of keys) {
      this.#key(key)
      this.#field(value, key)
    }
  }

  string(text: string): void {
    const isUtf8 = isWellFormed(text)
    this.bytes.u8(isUtf8 ? TAG.utf8 : TAG.utf16)
    this.bytes.text(text, isUtf8 ? 'utf8' : 'utf16le')
  }

  items(values: Iterable<unknown>, count: number): void {
    this.bytes.varint(count)
    let index = 0
    for (const value of values) this.nested(index++, value)
  }

  entries(map: ReadonlyMap<unknown, unknown>): void {
    this.bytes.varint(map.size)
    let index = 0
    for (const [key, value] of map) {
      this.nested(`<key ${index}>`, key)
      this.nested(`<value ${index}>`, value)
      index++
    }
  }

  view(view: ArrayBufferView): void {
    const kind = Buffer.isBuffer(view) ? 'Buffer' : kindOfView(view)
    const index = VIEWS.indexOf(kind as (typeof VIEWS)[number])
    if (index < 0) throw this.refusal(`a ${kind}`)
    this.bytes.u8(TAG.view)
    this.bytes.u8(index)
    this.bytes.varint(view.byteLength)
    this.bytes.memory(view)
  }

  #write(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.string(value)
        break
      case 'number':
        this.#number(value)
        break
      case 'object':
        if (value === null) this.bytes.u8(TAG.null)
        else this.#object(value)
        break
      case 'undefined':
        this.bytes.u8(TAG.undefined)
        break
      case 'boolean':
        this.bytes.u8(value ? TAG.true : TAG.false)
        break
      case 'bigint':
        this.#bigint(value)
        break
      case 'function':
        throw this.refusal(`a function (${value.name || 'anonymous'})`)
      default:
        throw this.refusal(`a symbol (${String(value)})`)
    }
  }

  #number(value: number): void {
    if ((value | 0) === value && !Object.is(value, -0)) {
      this.bytes.u8(TAG.integer)
      this.bytes.varint(value < 0 ? -value * 2 - 1 : value * 2)
    } else {
      this.bytes.u8(TAG.double)
      this.bytes.f64(value)
    }
  }

  #bigint(value: bigint): void {
    this.bytes.u8(TAG.bigint)
    this.bytes.text(value.toString(36), 'utf8')
  }

  #object(value: object): void {
    if (value === this.#options.container) throw new TooDeepForColumns()
    const known = this.#seen.get(value)
    if (known !== undefined) {
      this.bytes.u8(TAG.reference)
      this.bytes.varint(known)
      return
    }
    this.#seen.set(value, this.#seen.size)
    if (Array.isArray(value)) {
      this.#array(value)
    } else if (isPlainObject(value)) {
      this.bytes.u8(Object.getPrototypeOf(value) === null ? TAG.bareObject : TAG.object)
      this.fields(value)
    } else if (ArrayBuffer.isView(value)) {
      this.view(value)
    } else if (value instanceof Map) {
      this.bytes.u8(value instanceof KeyedMap ? TAG.keyedMap : TAG.map)
      this.entries(value)
    } else if (value instanceof ValueGroup) {
      this.bytes.u8(TAG.group)
      this.items(value, value.size)
    } else {
      writeInstance(this, value)
    }
  }

  #array(value: readonly unknown[]): void {
    if (Object.getPrototypeOf(value) !== Array.prototype) this.#lostArray(value)
    const { length } = value
    if (length > LENGTH_MAX) throw this.refusal('too large')
    let items = 0
    for (let i = 0; i < length; i++) if (value[i] !== undefined || Object.hasOwn(value, i)) items++
    const keys = Object.keys(value)
    this.bytes.u8(keys.length > items ? TAG.arrayWithFields : TAG.array)
    this.bytes.varint(length)
    for (let i = 0; i < length; i++) {
      const item = value[i]
      if (item === undefined && !Object.hasOwn(value, i)) this.bytes.u8(TAG.hole)
      else this.nested(i, item)
    }
    if (keys.length === items) return
    this.bytes.varint(keys.length - items)
    for (const key of keys.slice(items)) {
      this.#key(key)
      this.#field(value, key)
    }
  }

  #lostArray(value: readonly unknown[]): void {
    // An array of another realm is no instance of a class.
    const { name } = value.constructor
    if (name !== 'Array') this.lostClass(name)
  }

  #key(key: string): void {
    const index = this.#keys.get(key)
    if (index !== undefined) {
      this.bytes.varint(index + 1)
      return
    }
    this.#keys.set(key, this.#keys.size)
    this.bytes.varint(0)
    this.string(key)
  }
}

/** Longer arrays, holes included, would not fit in a block. */
const LENGTH_MAX = 1 << 27

const NAME = /^[A-Za-z_$][\w$]*$/

function showPath(path: readonly (string | number)[]): string {
  const steps = path.slice(0, 12).map(step => {
    if (typeof step === 'number') return `[${step}]`
    return NAME.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`
  })
  return steps.join('') + (path.length > 12 ? '…' : '')
}
