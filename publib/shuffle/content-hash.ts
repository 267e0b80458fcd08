import { kernels } from '#publib/kernels'
import { hashValue, mixHash } from '#publib/util'

/**
 * A hash of a multiset of records: the sum of what each record hashes to, so that neither their order nor their batches
 * matter. Two map outputs of equal hash hold the same records, but for a chance of one in 2^63 or so and for what the hash of
 * a value leaves out (see hashValue: instances and functions, and what stands very deep).
 */
export class ContentHash {
  /** Low and high words. */
  readonly #sums = new Int32Array(2)
  #count = 0

  /** `keyHash` is the key's hashValue. */
  add(keyHash: number, value: unknown): void {
    const sums = this.#sums
    const record = hashRecord(keyHash, safeHash(value))
    sums[0] = sums[0]! + record
    sums[1] = sums[1]! + mixHash(record ^ keyHash ^ HIGH_SEED)
    this.#count++
  }

  /** `add` of many records: the hashes of their keys and, as `safeHash` gives them, of their values. */
  addAll(keyHashes: Int32Array, valueHashes: Int32Array): void {
    this.#count += keyHashes.length
    addRecords(keyHashes, valueHashes, this.#sums)
  }

  digest(): string {
    const words = [this.#count >>> 0, this.#sums[1]! >>> 0, this.#sums[0]! >>> 0]
    return words.map(word => word.toString(16).padStart(8, '0')).join('')
  }
}

const HIGH_SEED = 0x5bd1e995

function hashRecord(keyHash: number, valueHash: number): number {
  return mixHash(Math.imul(keyHash, 0x2c1b3c6d) ^ valueHash)
}

/**
 * Nothing stands behind the loop, here and in others that are long and seldom begun: the engine optimises such a one while it
 * runs, and would have to leave its code again for what it has never come to.
 */
function addRecords(keyHashes: Int32Array, valueHashes: Int32Array, sums: Int32Array): void {
  for (let i = 0; i < keyHashes.length; i++) {
    const keyHash = keyHashes[i]!
    const record = hashRecord(keyHash, valueHashes[i]!)
    sums[0] = sums[0]! + record
    sums[1] = sums[1]! + mixHash(record ^ keyHash ^ HIGH_SEED)
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
