import { blockSize, HEADER_BYTES, MalformedBytes } from '#publib/serialization'

/** Cuts a stream of bytes of known length into blocks. Pieces may end anywhere. */
export class BlockSplitter {
  /** Where the next block begins in the stream. */
  position = 0
  readonly #size: number
  /** What has come of a block that is not complete: its header, then as much as it will have. */
  #begun: Uint8Array | undefined
  #begunBytes = 0

  /** `size` is how many bytes there will be. */
  constructor(size: number) {
    this.#size = size
  }

  get isComplete(): boolean {
    return this.position === this.#size
  }

  /** The blocks that `piece` completes: views, valid until the next piece. */
  *push(piece: Uint8Array): Generator<Uint8Array> {
    if (this.position + this.#begunBytes + piece.length > this.#size) {
      throw new MalformedBytes(`more than the ${this.#size} bytes that were promised`)
    }
    let start = 0
    if (this.#begun !== undefined) {
      start = this.#fill(piece)
      if (this.#begunBytes < this.#begun.length) return
      yield this.#begun
      this.position += this.#begun.length
      this.#begun = undefined
      this.#begunBytes = 0
    }
    while (piece.length - start >= HEADER_BYTES) {
      const size = blockSize(piece, start)
      if (size > piece.length - start) break
      yield piece.subarray(start, start + size)
      this.position += size
      start += size
    }
    if (start === piece.length) return
    this.#begun = new Uint8Array(HEADER_BYTES)
    this.#fill(piece.subarray(start))
  }

  /** Copies what a begun block lacks, for the piece is its giver's again; gives how much that was. */
  #fill(piece: Uint8Array): number {
    let used = this.#copy(piece, 0)
    if (this.#begunBytes === HEADER_BYTES && this.#begun!.length === HEADER_BYTES) {
      // A block may be promised that is larger than all bytes there will be: it is never complete.
      const size = Math.min(blockSize(this.#begun!), this.#size - this.position)
      const block = new Uint8Array(Math.max(size, HEADER_BYTES))
      block.set(this.#begun!)
      this.#begun = block
      used = this.#copy(piece, used)
    }
    return used
  }

  #copy(piece: Uint8Array, from: number): number {
    const wanted = Math.min(piece.length - from, this.#begun!.length - this.#begunBytes)
    this.#begun!.set(piece.subarray(from, from + wanted), this.#begunBytes)
    this.#begunBytes += wanted
    return from + wanted
  }
}
