import { hashValue, mixHash } from '#publib/util'

const HASH_BITS = 32

/**
 * About how many different values there were, in a few kilobytes (HyperLogLog: Flajolet and others 2007), with the estimator of
 * Ertl (New cardinality estimation algorithms for HyperLogLog sketches, 2017), which needs no tables of corrections.
 * Values that are equal by value count once.
 */
export class HyperLogLog {
  readonly registers: Uint8Array
  readonly #precision: number

  /** `precision` bits of a hash choose one of 2^precision registers: from 4 to 24. */
  constructor(precision: number, registers: Uint8Array = new Uint8Array(2 ** precision)) {
    this.#precision = precision
    this.registers = registers
  }

  /** The precision that keeps the relative standard deviation below `relativeSD`. */
  static precisionFor(relativeSD: number): number {
    return Math.min(24, Math.max(4, Math.ceil(2 * Math.log2(1.054 / relativeSD))))
  }

  add(value: unknown): void {
    // The hash that places keys in partitions must not choose the register as well.
    const hash = mixHash(hashValue(value) ^ 0x5bd1e995) >>> 0
    const register = hash >>> (HASH_BITS - this.#precision)
    const rest = (hash << this.#precision) >>> 0
    const zeros = Math.min(Math.clz32(rest), HASH_BITS - this.#precision)
    if (this.registers[register]! < zeros + 1) this.registers[register] = zeros + 1
  }

  merge({ registers }: { readonly registers: Uint8Array }): void {
    for (let i = 0; i < registers.length; i++) {
      if (this.registers[i]! < registers[i]!) this.registers[i] = registers[i]!
    }
  }

  estimate(): number {
    const size = this.registers.length
    const ranks = HASH_BITS - this.#precision
    const counts = new Array<number>(ranks + 2).fill(0)
    for (const rank of this.registers) counts[rank] = counts[rank]! + 1
    let z = size * tau(1 - counts[ranks + 1]! / size)
    for (let rank = ranks; rank >= 1; rank--) z = 0.5 * (z + counts[rank]!)
    z += size * sigma(counts[0]! / size)
    const hashes = (size * size) / (2 * Math.LN2 * z)
    // Of so many hashes of 32 bits some fell together.
    const all = 2 ** HASH_BITS
    return Math.round(hashes < all ? -all * Math.log1p(-hashes / all) : hashes)
  }
}

function sigma(start: number): number {
  if (start === 1) return Number.POSITIVE_INFINITY
  let [x, y, z] = [start, 1, start]
  for (let last = -1; z !== last; ) {
    x *= x
    last = z
    z += x * y
    y += y
  }
  return z
}

function tau(start: number): number {
  if (start === 0 || start === 1) return 0
  let [x, y, z] = [start, 1, 1 - start]
  for (let last = -1; z !== last; ) {
    x = Math.sqrt(x)
    last = z
    y *= 0.5
    z -= (1 - x) ** 2 * y
  }
  return z / 3
}
