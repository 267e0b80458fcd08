import { StripedHash } from './striped-hash.ts'

const PRIME1 = 0x9e3779b185ebca87n
const PRIME2 = 0xc2b2ae3d27d4eb4fn
const PRIME3 = 0x165667b19e3779f9n
const PRIME4 = 0x85ebca77c2b2ae63n
const PRIME5 = 0x27d4eb2f165667c5n
const STRIPE_BYTES = 32

const wrapped = (value: bigint): bigint => BigInt.asUintN(64, value)
const rotated = (value: bigint, by: bigint): bigint =>
  wrapped((value << by) | (value >> (64n - by)))
const round = (lane: bigint, word: bigint): bigint =>
  wrapped(rotated(wrapped(lane + word * PRIME2), 31n) * PRIME1)
const merged = (hash: bigint, lane: bigint): bigint =>
  wrapped((hash ^ round(0n, lane)) * PRIME1 + PRIME4)

/** The checksum of Zstandard (XXH64 without a seed), over bytes that come piece by piece: for where Node does not know the format. */
export class Xxh64 extends StripedHash {
  #lanes: readonly [bigint, bigint, bigint, bigint] = [
    wrapped(PRIME1 + PRIME2),
    PRIME2,
    0n,
    wrapped(-PRIME1),
  ]

  constructor() {
    super(STRIPE_BYTES)
  }

  digest(): bigint {
    const [a, b, c, d] = this.#lanes
    let hash = PRIME5
    if (this.size >= STRIPE_BYTES) {
      hash = wrapped(rotated(a, 1n) + rotated(b, 7n) + rotated(c, 12n) + rotated(d, 18n))
      hash = merged(merged(merged(merged(hash, a), b), c), d)
    }
    return mixed(this.#tail(wrapped(hash + BigInt(this.size))))
  }

  #tail(start: bigint): bigint {
    let hash = start
    const view = new DataView(this.rest.buffer)
    let at = 0
    for (; at + 8 <= this.restSize; at += 8) {
      hash ^= round(0n, view.getBigUint64(at, true))
      hash = wrapped(rotated(hash, 27n) * PRIME1 + PRIME4)
    }
    if (at + 4 <= this.restSize) {
      hash ^= wrapped(BigInt(view.getUint32(at, true)) * PRIME1)
      hash = wrapped(rotated(hash, 23n) * PRIME2 + PRIME3)
      at += 4
    }
    for (; at < this.restSize; at++) {
      hash ^= wrapped(BigInt(this.rest[at]!) * PRIME5)
      hash = wrapped(rotated(hash, 11n) * PRIME1)
    }
    return hash
  }

  protected override stripes(bytes: Uint8Array, from: number, end: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    let [a, b, c, d] = this.#lanes
    for (let at = from; at < end; at += STRIPE_BYTES) {
      a = round(a, view.getBigUint64(at, true))
      b = round(b, view.getBigUint64(at + 8, true))
      c = round(c, view.getBigUint64(at + 16, true))
      d = round(d, view.getBigUint64(at + 24, true))
    }
    this.#lanes = [a, b, c, d]
  }
}

function mixed(start: bigint): bigint {
  let hash = wrapped((start ^ (start >> 33n)) * PRIME2)
  hash = wrapped((hash ^ (hash >> 29n)) * PRIME3)
  return hash ^ (hash >> 32n)
}
