import type { Utf8Column } from './strings.ts'

/** Fewer rows are not worth a look. */
const ROWS_MIN = 256
/** Shorter texts, in bytes on the average, take no less room as places in others. */
const LENGTH_MIN = 6
/** Rows that are looked at first, and how many different texts may be among them. */
const SAMPLE_ROWS = 64
const SAMPLE_TEXTS_MAX = 24
const TEXTS_MAX = 512
const SLOTS = 2048

/**
 * The same texts, each different one kept once and rows as slices of it, where few are different; otherwise the column
 * itself. Whoever reads it makes one string of each, and finds equal rows at equal places.
 */
export function withSharedTexts(column: Utf8Column): Utf8Column {
  const { bytes, lengths, starts } = column
  const rows = lengths.length
  if (starts !== undefined || rows < ROWS_MIN || bytes.length < rows * LENGTH_MIN) return column
  if (!isPromising(column)) return column
  const texts = new Texts(bytes, TEXTS_MAX)
  const shared = new Uint32Array(rows)
  let start = 0
  for (let i = 0; i < rows; i++) {
    const length = lengths[i]!
    const place = texts.placeOf(start, length)
    if (place < 0) return column
    shared[i] = place
    start += length
  }
  if (texts.size + shared.byteLength > bytes.length) return column
  return { kind: 'utf8', bytes: texts.bytes(), lengths, starts: shared }
}

/** Whether rows here and there are few different texts. */
function isPromising({ bytes, lengths }: Utf8Column): boolean {
  const texts = new Texts(bytes, SAMPLE_TEXTS_MAX)
  const step = Math.floor(lengths.length / SAMPLE_ROWS)
  let start = 0
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i]!
    if (i % step === 0 && texts.placeOf(start, length) < 0) return false
    start += length
  }
  return true
}

/** Different texts, up to a number of them, by a hash of their bytes. */
class Texts {
  readonly #from: Uint8Array
  readonly #max: number
  /** One more than the number of the text; 0 is free. */
  readonly #slots = new Uint16Array(SLOTS)
  /** Where the first of each stands, how long it is, and where it will stand. */
  readonly #starts: number[] = []
  readonly #lengths: number[] = []
  readonly #places: number[] = []
  /** What they take together, in bytes. */
  size = 0

  constructor(from: Uint8Array, max: number) {
    this.#from = from
    this.#max = max
  }

  /** Where the text will stand among the different ones; less than 0 where there are too many. */
  placeOf(start: number, length: number): number {
    const slots = this.#slots
    let slot = hashOf(this.#from, start, length) & (SLOTS - 1)
    for (;;) {
      const number = slots[slot]! - 1
      if (number < 0) return this.#add(slot, start, length)
      if (this.#isAt(number, start, length)) return this.#places[number]!
      slot = (slot + 1) & (SLOTS - 1)
    }
  }

  bytes(): Uint8Array {
    const all = new Uint8Array(this.size)
    for (const [number, start] of this.#starts.entries()) {
      all.set(this.#from.subarray(start, start + this.#lengths[number]!), this.#places[number])
    }
    return all
  }

  #add(slot: number, start: number, length: number): number {
    const place = this.size
    const number = this.#starts.length
    if (number === this.#max) return -1
    this.#slots[slot] = number + 1
    this.#starts.push(start)
    this.#lengths.push(length)
    this.#places.push(place)
    this.size += length
    return place
  }

  #isAt(number: number, start: number, length: number): boolean {
    if (this.#lengths[number] !== length) return false
    const from = this.#from
    const first = this.#starts[number]!
    for (let i = 0; i < length; i++) if (from[first + i] !== from[start + i]) return false
    return true
  }
}

function hashOf(bytes: Uint8Array, start: number, length: number): number {
  let hash = length
  for (let i = start; i < start + length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return hash ^ (hash >>> 15)
}
