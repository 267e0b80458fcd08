/** What a StatCounter has seen, as plain numbers. */
export interface StatState {
  readonly count: number
  readonly mean: number
  /** The sum of squared distances from the mean. */
  readonly squares: number
  readonly min: number
  readonly max: number
}

/**
 * Count, mean, spread and extremes of numbers, taken in one by one without losing digits (Welford), and merged. Of none: mean
 * 0, variance NaN, max -Infinity, min Infinity.
 *
 * @example
 * const stats = await sc.parallelize([1, 2, 3, 4]).stats()
 * stats.mean   // 2.5
 */
export class StatCounter {
  #count = 0
  #mean = 0
  #squares = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY

  constructor(values: Iterable<number> = []) {
    for (const value of values) this.merge(value)
  }

  /** One that has seen what another said. */
  static of(state: StatState): StatCounter {
    const counter = new StatCounter()
    counter.#count = state.count
    counter.#mean = state.mean
    counter.#squares = state.squares
    counter.#min = state.min
    counter.#max = state.max
    return counter
  }

  get count(): number {
    return this.#count
  }

  get mean(): number {
    return this.#mean
  }

  get sum(): number {
    return this.#count * this.#mean
  }

  get min(): number {
    return this.#min
  }

  get max(): number {
    return this.#max
  }

  /** Of the population. */
  get variance(): number {
    return this.#count === 0 ? Number.NaN : this.#squares / this.#count
  }

  /** Of the population. */
  get stdev(): number {
    return Math.sqrt(this.variance)
  }

  /** As estimated from a sample: divided by count - 1. */
  get sampleVariance(): number {
    return this.#count <= 1 ? Number.NaN : this.#squares / (this.#count - 1)
  }

  get sampleStdev(): number {
    return Math.sqrt(this.sampleVariance)
  }

  get popVariance(): number {
    return this.variance
  }

  get popStdev(): number {
    return this.stdev
  }

  get state(): StatState {
    const [count, mean, squares] = [this.#count, this.#mean, this.#squares]
    return { count, mean, squares, min: this.#min, max: this.#max }
  }

  /** Takes in a number, or all that another one has seen. */
  merge(other: number | StatCounter): this {
    if (typeof other === 'number') this.#add(other)
    else this.#join(other)
    return this
  }

  copy(): StatCounter {
    return StatCounter.of(this.state)
  }

  toString(): string {
    const { count, mean, stdev, max, min } = this
    return `(count: ${count}, mean: ${mean}, stdev: ${stdev}, max: ${max}, min: ${min})`
  }

  #add(value: number): void {
    const distance = value - this.#mean
    this.#count++
    this.#mean += distance / this.#count
    this.#squares += distance * (value - this.#mean)
    this.#min = Math.min(this.#min, value)
    this.#max = Math.max(this.#max, value)
  }

  #join({ state }: StatCounter): void {
    if (state.count === 0) return
    const count = this.#count + state.count
    const distance = state.mean - this.#mean
    // Chan, Golub, LeVeque 1979.
    this.#squares += state.squares + (distance * distance * this.#count * state.count) / count
    this.#mean = this.#count === 0 ? state.mean : this.#mean + (distance * state.count) / count
    this.#count = count
    this.#min = Math.min(this.#min, state.min)
    this.#max = Math.max(this.#max, state.max)
  }
}
