import { type CsvBytes, LF } from './csv-format.ts'

/**
 * Where a place in a file stands as to quotes: outside of quotes, inside, or inside behind a quote that closes them unless
 * another one follows.
 */
export type QuoteState = 0 | 1 | 2
export const OUTSIDE: QuoteState = 0
const INSIDE: QuoteState = 1
const BEHIND: QuoteState = 2

/** For each state at the start of some bytes, the state at their end. */
export type QuoteTable = readonly [QuoteState, QuoteState, QuoteState]

/**
 * Learns from the bytes of a range how quotes stand at its end, whatever they were at its start: so that ranges can be read
 * side by side, and a record goes on over a line end inside quotes. Looks at quotes and what stands before them only.
 */
export class QuoteTracker {
  readonly #bytes: CsvBytes
  #table: [QuoteState, QuoteState, QuoteState] = [OUTSIDE, INSIDE, BEHIND]
  /** The byte before the next one. */
  #last: number

  /** `before` is the byte in front of the first; a line feed at the start of a file. */
  constructor(bytes: CsvBytes, before: number) {
    this.#bytes = bytes
    this.#last = before
  }

  get table(): QuoteTable {
    return this.#table
  }

  push(bytes: Uint8Array): void {
    const { quote, delimiter } = this.#bytes
    if (bytes.length === 0) return
    let [a, b, c] = this.#table
    // Behind a quote anything but another one is outside.
    if (bytes[0] !== quote) {
      if (a === BEHIND) a = OUTSIDE
      if (b === BEHIND) b = OUTSIDE
      if (c === BEHIND) c = OUTSIDE
    }
    const last = bytes.length - 1
    for (let at = quote < 0 ? -1 : bytes.indexOf(quote); at >= 0; ) {
      const before = at === 0 ? this.#last : bytes[at - 1]!
      const opened = before === delimiter || before === LF ? INSIDE : OUTSIDE
      // What follows in the same piece tells at once.
      const closed = at === last || bytes[at + 1] === quote ? BEHIND : OUTSIDE
      a = a === OUTSIDE ? opened : a === INSIDE ? closed : INSIDE
      b = b === OUTSIDE ? opened : b === INSIDE ? closed : INSIDE
      c = c === OUTSIDE ? opened : c === INSIDE ? closed : INSIDE
      at = nextQuote(bytes, quote, at + 1)
    }
    this.#table = [a, b, c]
    this.#last = bytes[last]!
  }
}

/** Quotes stand close together, mostly: only a long way is worth a call. */
const NEAR = 32

function nextQuote(bytes: Uint8Array, quote: number, from: number): number {
  const near = Math.min(from + NEAR, bytes.length)
  for (let i = from; i < near; i++) if (bytes[i] === quote) return i
  return near === bytes.length ? -1 : bytes.indexOf(quote, near)
}
