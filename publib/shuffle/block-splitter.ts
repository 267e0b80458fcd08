import { blockSize, HEADER_BYTES, MalformedBytes } from '#publib/serialization'

/** Cuts a stream of bytes of known length into blocks. Pieces may end anywhere. */
export class BlockSplitter {
  /** Where the next block begins in the stream. */
  position = 0
  readonly #size: number
  #held: Uint8Array[] = []
  #heldBytes = 0
  #neededBytes = HEADER_BYTES

  /** `size` is how many bytes there will be. */
  constructor(size: number) {
    this.#size = size
  }

  get isComplete(): boolean {
    return this.position === this.#size
  }

  /** The blocks that `piece` completes: views, valid until the next piece. */
  *push(piece: Uint8Array): Generator<Uint8Array> {
    if (this.position + this.#heldBytes + piece.length > this.#size) {
      throw new MalformedBytes(`more than the ${this.#size} bytes that were promised`)
    }
    if (this.#heldBytes + piece.length < this.#neededBytes) {
      this.#hold(piece)
      return
    }
    let bytes = this.#heldBytes === 0 ? piece : this.#join(piece)
    this.#neededBytes = HEADER_BYTES
    while (bytes.length >= HEADER_BYTES) {
      const size = blockSize(bytes)
      if (size > bytes.length) {
        this.#neededBytes = size
        break
      }
      yield bytes.subarray(0, size)
      this.position += size
      bytes = bytes.subarray(size)
    }
    if (bytes.length > 0) this.#hold(bytes)
  }

  /** A copy: the piece is its giver's again. */
  #hold(bytes: Uint8Array): void {
    this.#held.push(Uint8Array.prototype.slice.call(bytes))
    this.#heldBytes += bytes.length
  }

  #join(piece: Uint8Array): Uint8Array {
    const joined = new Uint8Array(this.#heldBytes + piece.length)
    let end = 0
    for (const bytes of [...this.#held, piece]) {
      joined.set(bytes, end)
      end += bytes.length
    }
    this.#held = []
    this.#heldBytes = 0
    return joined
  }
}
