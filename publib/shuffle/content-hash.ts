import { kernels } from '#publib/kernels'
import { hashValue, mixHash } from '#publib/util'

/**
 * A hash of a multiset of records: the sum of what each record hashes to, so that neither their order nor their batches
 * matter. Two map outputs of equal hash hold the same records, but for a chance of one in 2^63 or so and for what the hash of
 * a value leaves out (see hashValue: instances and functions, and what stands very deep).
 */
export class ContentHash {
  #low = 0
  #high = 0
  #count = 0

  /** `keyHash` is the key's hashValue. */
  add(keyHash: number, value: unknown): void {
    const record = mixHash(Math.imul(keyHash, 0x2c1b3c6d) ^ safeHash(value))
    this.#low = (this.#low + record) >>> 0
    this.#high = (this.#high + mixHash(record ^ keyHash ^ 0x5bd1e995)) >>> 0
    this.#count++
  }

  /** `add` of many records: the hashes of their keys and, as `safeHash` gives them, of their values. */
  addAll(keyHashes: Int32Array, valueHashes: Int32Array): void {
    const { low, high } = kernels().recordSums(keyHashes, valueHashes)
    this.#low = (this.#low + low) >>> 0
    this.#high = (this.#high + high) >>> 0
    this.#count += keyHashes.length
  }

  digest(): string {
    const words = [this.#count >>> 0, this.#high, this.#low]
    return words.map(word => word.toString(16).padStart(8, '0')).join('')
  }
}

/** hashValue; a getter that throws is reported by the encoder, with row and path. */
export function safeHash(value: unknown): number {
  try {
    return hashValue(value)
  } catch {
    return 0
  }
}
