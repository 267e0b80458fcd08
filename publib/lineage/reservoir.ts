import type { SeededRandom } from '#publib/util'

/**
 * A sample of so many records of a stream whose length nobody knows, each as likely to be in it as any other. It says which
 * record it wants next: all others need not be looked at. (Algorithm L of Kim-Hung Li: how many records to pass by is drawn
 * at once.)
 */
export class Reservoir<T> {
  readonly items: T[] = []
  readonly #size: number
  readonly #random: SeededRandom
  #next = 0
  #weight = 1

  constructor(size: number, random: SeededRandom) {
    this.#size = size
    this.#random = random
    if (size === 0) this.#next = Number.POSITIVE_INFINITY
  }

  /** The index of the record that it wants next. */
  get next(): number {
    return this.#next
  }

  /** Takes the record that it wanted. */
  put(item: T): void {
    if (this.items.length < this.#size) {
      this.items.push(item)
      if (this.items.length < this.#size) this.#next++
      else this.#passBy()
      return
    }
    this.items[this.#random.below(this.#size)] = item
    this.#passBy()
  }

  #passBy(): void {
    this.#weight *= Math.exp(Math.log(this.#chance()) / this.#size)
    const passed = Math.floor(Math.log(this.#chance()) / Math.log1p(-this.#weight))
    this.#next += passed + 1
  }

  /** Above 0, up to 1. */
  #chance(): number {
    return 1 - this.#random.number()
  }
}
