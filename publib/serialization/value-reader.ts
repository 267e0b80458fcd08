import { Buffer } from 'node:buffer'
import { ArrayGroup } from '#publib/columnar'
import { KeyedMap } from '#publib/util'
import { type ByteReader, MalformedBytes } from './byte-reader.ts'
import { TAG, VALUE_DEPTH_MAX, VIEWS } from './value-tags.ts'

/** Reads what a ValueWriter wrote: fresh values that share no memory with the bytes. */
export class ValueReader {
  readonly #bytes: ByteReader
  readonly #seen: object[] = []
  readonly #keys: string[] = []
  #depth = 0

  constructor(bytes: ByteReader) {
    this.#bytes = bytes
  }

  /** @throws MalformedBytes */
  read(): unknown {
    return this.#tagged(this.#bytes.u8())
  }

  #tagged(tag: number): unknown {
    switch (tag) {
      case TAG.undefined:
        return undefined
      case TAG.null:
        return null
      case TAG.true:
        return true
      case TAG.false:
        return false
      case TAG.integer:
        return fromZigzag(this.#bytes.varint())
      case TAG.double:
        return this.#bytes.f64()
      case TAG.bigint:
        return bigintOf(this.#bytes.text('utf8'))
      case TAG.utf8:
        return this.#bytes.text('utf8')
      case TAG.utf16:
        return this.#bytes.text('utf16le')
      case TAG.reference:
        return this.#reference(this.#bytes.varint())
      default:
        return this.#nested(tag)
    }
  }

  #nested(tag: number): object {
    if (++this.#depth > VALUE_DEPTH_MAX + 1) throw new MalformedBytes('a value nested too deep')
    const value = this.#object(tag)
    this.#depth--
    return value
  }

  /** A container is known before its content is read, for what is in it may refer to it. */
  #object(tag: number): object {
    switch (tag) {
      case TAG.array:
      case TAG.arrayWithFields:
        return this.#array(tag === TAG.arrayWithFields)
      case TAG.object:
        return this.#fields(this.#known({}))
      case TAG.bareObject:
        return this.#fields(this.#known(Object.create(null) as object))
      case TAG.map:
        return this.#entries(this.#known(new Map()))
      case TAG.keyedMap:
        return this.#entries(this.#known(new KeyedMap()))
      case TAG.set:
        return this.#set(this.#known(new Set()))
      case TAG.group:
        return this.#group()
      case TAG.error:
        return this.#error()
      default:
        return this.#leaf(tag)
    }
  }

  #leaf(tag: number): object {
    switch (tag) {
      case TAG.date:
        return this.#known(new Date(this.#bytes.f64()))
      case TAG.regexp:
        return this.#regexp()
      case TAG.view:
        return this.#view()
      case TAG.arrayBuffer:
        return this.#known(this.#bytes.memory(this.#bytes.count(1)))
      case TAG.boxed: {
        const place = this.#seen.push({}) - 1
        const boxed = Object(this.read()) as object
        this.#seen[place] = boxed
        return boxed
      }
      default:
        throw new MalformedBytes(`an unknown tag ${tag}`)
    }
  }

  #known<T extends object>(value: T): T {
    this.#seen.push(value)
    return value
  }

  #reference(index: number): object {
    const value = this.#seen[index]
    if (value === undefined) throw new MalformedBytes('a reference to nothing')
    return value
  }

  #array(hasFields: boolean): unknown[] {
    const array: unknown[] = this.#known([])
    const length = this.#bytes.count(1)
    for (let i = 0; i < length; i++) {
      const tag = this.#bytes.u8()
      if (tag === TAG.hole) array.length = i + 1
      else array[i] = this.#tagged(tag)
    }
    return hasFields ? this.#fields(array) : array
  }

  #fields<T extends object>(target: T): T {
    const count = this.#bytes.count(2)
    for (let i = 0; i < count; i++) {
      const key = this.#key()
      const value = this.read()
      if (key === '__proto__') {
        Object.defineProperty(target, key, { value, ...OWN })
      } else {
        target[key as never] = value as never
      }
    }
    return target
  }

  #key(): string {
    const index = this.#bytes.varint()
    const known = index === 0 ? this.read() : this.#keys[index - 1]
    if (typeof known !== 'string') throw new MalformedBytes('a key that is no text')
    if (index === 0) this.#keys.push(known)
    return known
  }

  #entries(map: Map<unknown, unknown>): Map<unknown, unknown> {
    const count = this.#bytes.count(2)
    for (let i = 0; i < count; i++) {
      const key = this.read()
      map.set(key, this.read())
    }
    return map
  }

  #set(set: Set<unknown>): Set<unknown> {
    const count = this.#bytes.count(1)
    for (let i = 0; i < count; i++) set.add(this.read())
    return set
  }

  #group(): object {
    const place = this.#seen.push({}) - 1
    const count = this.#bytes.count(1)
    const values: unknown[] = []
    for (let i = 0; i < count; i++) values.push(this.read())
    const group = new ArrayGroup(values)
    this.#seen[place] = group
    return group
  }

  #regexp(): RegExp {
    const place = this.#seen.push({}) - 1
    const regexp = new RegExp(String(this.read()), String(this.read()))
    regexp.lastIndex = this.#bytes.varint()
    this.#seen[place] = regexp
    return regexp
  }

  #view(): object {
    const kind = VIEWS[this.#bytes.u8()]
    const memory = this.#bytes.memory(this.#bytes.count(1))
    if (kind === 'Buffer') return this.#known(Buffer.from(memory))
    if (kind === undefined) throw new MalformedBytes('an unknown kind of bytes')
    const make = globalThis[kind] as new (memory: ArrayBuffer) => object
    return this.#known(new make(memory))
  }

  #error(): Error {
    const place = this.#seen.push({}) - 1
    const name = String(this.read())
    const error = new (ERRORS[name] ?? Error)(String(this.read()))
    this.#seen[place] = error
    Object.defineProperty(error, 'stack', { value: this.read(), ...HIDDEN })
    if (error.name !== name) Object.defineProperty(error, 'name', { value: name, ...HIDDEN })
    if (this.#bytes.u8() === 1) {
      Object.defineProperty(error, 'cause', { value: this.read(), ...HIDDEN })
    }
    return this.#fields(error)
  }
}

const OWN = { enumerable: true, configurable: true, writable: true } as const
const HIDDEN = { enumerable: false, configurable: true, writable: true } as const

const ERRORS: Readonly<Record<string, new (message: string) => Error>> = Object.assign(
  Object.create(null),
  { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError },
)

function fromZigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}

function bigintOf(text: string): bigint {
  const isNegative = text.startsWith('-')
  let value = 0n
  for (let i = isNegative ? 1 : 0; i < text.length; i += 10) {
    const digits = text.slice(i, i + 10)
    value = value * 36n ** BigInt(digits.length) + BigInt(Number.parseInt(digits, 36))
  }
  return isNegative ? -value : value
}
