/**
 * Numbers that look random and follow from their seed alone (xoshiro128**): for sampling and tests, never for secrets.
 *
 * @example
 * const random = new SeededRandom(mixSeed(seed, partition))
 * if (random.number() < fraction) …
 */
export class SeededRandom {
  #a: number
  #b: number
  #c: number
  #d: number

  constructor(seed: number) {
    const next = spread(seed)
    this.#a = next()
    this.#b = next()
    this.#c = next()
    this.#d = next() | 1
  }

  /** Any unsigned 32-bit integer. */
  int32(): number {
    const scaled = Math.imul(this.#b, 5)
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9)
    const shifted = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= shifted
    this.#d = (this.#d << 11) | (this.#d >>> 21)
    return result >>> 0
  }

  /** From 0 up to 1, without it, in steps of 2^-53. */
  number(): number {
    const high = this.int32() >>> 5
    const low = this.int32() >>> 6
    return (high * 67_108_864 + low) / 9_007_199_254_740_992
  }

  /** An integer from 0 up to `bound`, without it. */
  below(bound: number): number {
    return Math.floor(this.number() * bound)
  }

  bytes(size: number): Uint8Array {
    const bytes = new Uint8Array(size)
    for (let i = 0; i < size; i++) bytes[i] = this.int32()
    return bytes
  }

  /** Puts an array in a random order, in place. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      const item = items[i]!
      items[i] = items[j]!
      items[j] = item
    }
    return items
  }
}

/** A seed of its own for each stream (partition, key) under one seed. */
export function mixSeed(seed: number, stream: number): number {
  const next = spread(seed)
  return (next() ^ Math.imul(stream + 1, 0x9e3779b1)) >>> 0
}

/** Splitmix over 32 bits; both halves of a 53-bit seed count. */
function spread(seed: number): () => number {
  let state = (seed ^ Math.imul(Math.floor(seed / 4_294_967_296), 0x85ebca6b)) | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let z = state ^ (state >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z ^= z >>> 15
    z = Math.imul(z, 0x735a2d97)
    return z ^ (z >>> 15)
  }
}
