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
    const { quote } = this.#bytes
    if (bytes.length === 0) return
    const [first] = bytes
    // Behind a quote anything but another one is outside.
    if (first !== quote) this.#move(state => (state === BEHIND ? OUTSIDE : state))
    if (quote >= 0) {
      for (let at = bytes.indexOf(quote); at >= 0; at = bytes.indexOf(quote, at + 1)) {
        this.#quote(at === 0 ? this.#last : bytes[at - 1]!, bytes[at + 1])
      }
    }
    this.#last = bytes[bytes.length - 1]!
  }

  #quote(before: number, after: number | undefined): void {
    const opens = before === this.#bytes.delimiter || before === LF
    const { quote } = this.#bytes
    this.#move(state => {
      if (state === OUTSIDE) return opens ? INSIDE : OUTSIDE
      if (state === BEHIND) return INSIDE
      // What follows in the same piece tells at once.
      return after === undefined || after === quote ? BEHIND : OUTSIDE
    })
  }

  #move(step: (state: QuoteState) => QuoteState): void {
    const [a, b, c] = this.#table
    this.#table = [step(a), step(b), step(c)]
  }
}
