/** Bytes that come from the network end too soon, or hold what cannot be. Never leaves this folder: decoders give a result. */
export class BadBytes extends Error {}

const GROWTH = 2

/** Numbers as bytes, little endian: what messages of many tasks are made of. */
export class WireWriter {
  #bytes = new Uint8Array(1024)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  u8(value: number): void {
    const start = this.#room(1)
    this.#view.setUint8(start, value)
  }

  u16(value: number): void {
    const start = this.#room(2)
    this.#view.setUint16(start, value, true)
  }

  u32(value: number): void {
    const start = this.#room(4)
    this.#view.setUint32(start, value, true)
  }

  f64(value: number): void {
    const start = this.#room(8)
    this.#view.setFloat64(start, value, true)
  }

  /** A whole number from 0 up to 2^53, seven bits a byte. */
  varint(value: number): void {
    let rest = value
    while (rest > 127) {
      this.u8((rest % 128) | 128)
      rest = Math.floor(rest / 128)
    }
    this.u8(rest)
  }

  /** A short text of printable ASCII. */
  ascii(text: string): void {
    this.varint(text.length)
    for (let i = 0; i < text.length; i++) this.u8(text.charCodeAt(i))
  }

  /** What was written, as memory of its own. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  /** May change the view: called before it is asked for. */
  #room(size: number): number {
    const start = this.#length
    this.#length += size
    if (this.#length > this.#bytes.length) this.#grow()
    return start
  }

  #grow(): void {
    const bytes = new Uint8Array(this.#length * GROWTH)
    bytes.set(this.#bytes)
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }
}

/** Reads them again. @throws BadBytes */
export class WireReader {
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.#view.byteLength - this.#at
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true)
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  varint(): number {
    let value = 0
    for (let factor = 1; factor <= 2 ** 49; factor *= 128) {
      const byte = this.u8()
      value += (byte & 127) * factor
      if (byte < 128 && value <= Number.MAX_SAFE_INTEGER) return value
      if (byte < 128) break
    }
    throw new BadBytes('a number is too large')
  }

  /** A whole number of something that takes at least `bytesEach` of what is left. */
  count(max: number, bytesEach: number): number {
    const count = this.varint()
    if (count > max || count * bytesEach > this.left) throw new BadBytes(`${count} are too many`)
    return count
  }

  ascii(lengthMax: number): string {
    const length = this.count(lengthMax, 1)
    let text = ''
    for (let i = 0; i < length; i++) {
      const code = this.u8()
      if (code < 0x20 || code > 0x7e) throw new BadBytes('a character is not ASCII')
      text += String.fromCharCode(code)
    }
    return text
  }

  /** Nothing may be left. */
  end(): void {
    if (this.left > 0) throw new BadBytes(`${this.left} bytes are left over`)
  }

  #take(size: number): number {
    const start = this.#at
    if (size > this.left) throw new BadBytes('the bytes end too soon')
    this.#at += size
    return start
  }
}

/** The place of a value in a list that travels once for many. */
export class WireTable<T> {
  readonly values: T[] = []
  readonly #places = new Map<unknown, number>()

  /** `key` tells values apart. */
  place(key: unknown, value: () => T): number {
    let place = this.#places.get(key)
    if (place === undefined) {
      place = this.values.push(value()) - 1
      this.#places.set(key, place)
    }
    return place
  }
}

/** @throws BadBytes */
export function pick<T>(values: readonly T[], place: number): T {
  const value = values[place]
  if (value === undefined) throw new BadBytes(`there is no entry ${place}`)
  return value
}
