import type { Texts } from '../doors.ts'

/** Where each text begins. */
export function startsOf(texts: Texts): Uint32Array {
  return texts.starts ?? startsOfPacked(texts.lengths)
}

/** Where texts begin that stand one behind the other. */
export function startsOfPacked(lengths: Uint32Array): Uint32Array {
  const starts = new Uint32Array(lengths.length)
  let end = 0
  for (let i = 0; i < lengths.length; i++) {
    starts[i] = end
    end += lengths[i]!
  }
  return starts
}

/** Texts that are found one by one in some bytes. */
export class TextsBuilder {
  count = 0
  readonly #bytes: Uint8Array
  #starts: Uint32Array
  #lengths: Uint32Array

  constructor(bytes: Uint8Array, expected: number) {
    this.#bytes = bytes
    this.#starts = new Uint32Array(expected)
    this.#lengths = new Uint32Array(expected)
  }

  add(start: number, end: number): void {
    if (this.count === this.#starts.length) this.#grow()
    this.#starts[this.count] = start
    this.#lengths[this.count++] = end - start
  }

  texts(): Texts {
    const { count } = this
    return {
      bytes: this.#bytes,
      starts: this.#starts.slice(0, count),
      lengths: this.#lengths.slice(0, count),
    }
  }

  #grow(): void {
    const size = this.count * 2 + 64
    this.#starts = grown(this.#starts, size)
    this.#lengths = grown(this.#lengths, size)
  }
}

/** A longer array with the same items at its start. */
export function grown<A extends Uint8Array | Uint32Array | Int32Array | Float64Array>(
  items: A,
  size: number,
): A {
  const longer = new (items.constructor as new (size: number) => A)(size)
  longer.set(items)
  return longer
}
