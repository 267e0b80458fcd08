/** A hash of stripes of bytes, all of one size; what is left of them waits for more, or for the end. */
export abstract class StripedHash {
  /** The first `restSize` bytes of it have not been hashed yet. */
  protected readonly rest: Uint8Array
  protected restSize = 0
  /** Of all bytes so far. */
  protected size = 0

  /** @param stripeBytes a power of two */
  constructor(stripeBytes: number) {
    this.rest = new Uint8Array(stripeBytes)
  }

  update(bytes: Uint8Array): this {
    const { rest } = this
    this.size += bytes.length
    let at = 0
    if (this.restSize > 0) {
      at = Math.min(rest.length - this.restSize, bytes.length)
      rest.set(bytes.subarray(0, at), this.restSize)
      this.restSize += at
      if (this.restSize < rest.length) return this
      this.stripes(rest, 0, rest.length)
      this.restSize = 0
    }
    const end = at + ((bytes.length - at) & ~(rest.length - 1))
    this.stripes(bytes, at, end)
    rest.set(bytes.subarray(end))
    this.restSize = bytes.length - end
    return this
  }

  /** Takes the whole stripes from byte `from` up to `end`. */
  protected abstract stripes(bytes: Uint8Array, from: number, end: number): void
}
