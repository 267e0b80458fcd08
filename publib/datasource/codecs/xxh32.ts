import { StripedHash } from './striped-hash.ts'

const PRIME1 = 0x9e3779b1
const PRIME2 = 0x85ebca77
const PRIME3 = 0xc2b2ae3d
const PRIME4 = 0x27d4eb2f
const PRIME5 = 0x165667b1
const STRIPE_BYTES = 16

const rotated = (value: number, by: number): number => (value << by) | (value >>> (32 - by))
const round = (lane: number, word: number): number =>
  Math.imul(rotated((lane + Math.imul(word, PRIME2)) | 0, 13), PRIME1)

/** The checksum of LZ4 frames (XXH32 without a seed), over bytes that come piece by piece. */
export class Xxh32 extends StripedHash {
  readonly #lanes: [number, number, number, number] = [
    (PRIME1 + PRIME2) | 0,
    PRIME2 | 0,
    0,
    -PRIME1 | 0,
  ]

  constructor() {
    super(STRIPE_BYTES)
  }

  /** Without a sign; more bytes may follow. */
  digest(): number {
    const [a, b, c, d] = this.#lanes
    let hash =
      this.size < STRIPE_BYTES
        ? PRIME5 | 0
        : rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18)
    hash = (hash + this.size) | 0
    let at = 0
    for (; at + 4 <= this.restSize; at += 4) {
      hash = (hash + Math.imul(wordAt(this.rest, at), PRIME3)) | 0
      hash = Math.imul(rotated(hash, 17), PRIME4)
    }
    for (; at < this.restSize; at++) {
      hash = (hash + Math.imul(this.rest[at]!, PRIME5)) | 0
      hash = Math.imul(rotated(hash, 11), PRIME1)
    }
    hash = Math.imul(hash ^ (hash >>> 15), PRIME2)
    hash = Math.imul(hash ^ (hash >>> 13), PRIME3)
    return (hash ^ (hash >>> 16)) >>> 0
  }

  protected override stripes(bytes: Uint8Array, from: number, end: number): void {
    let [a, b, c, d] = this.#lanes
    for (let at = from; at < end; at += STRIPE_BYTES) {
      a = round(a, wordAt(bytes, at))
      b = round(b, wordAt(bytes, at + 4))
      c = round(c, wordAt(bytes, at + 8))
      d = round(d, wordAt(bytes, at + 12))
    }
    const lanes = this.#lanes
    lanes[0] = a
    lanes[1] = b
    lanes[2] = c
    lanes[3] = d
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}
