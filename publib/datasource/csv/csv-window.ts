import { Buffer } from 'node:buffer'
import type { ByteSource } from '../byte-source.ts'
import { type CsvBytes, LF } from './csv-format.ts'
import { OUTSIDE, type QuoteState, QuoteTracker } from './quote-state.ts'

/** A window over the bytes of a file: records are taken out at its front, chunks come in at its back; these lie in `room` while it is enough. */
export class CsvWindow {
  /** Where `bytes` begin in the file. */
  base: number
  bytes: Buffer = Buffer.alloc(0)
  isEnded = false
  readonly #source: ByteSource
  readonly #chunkBytes: number
  readonly #room: Buffer | undefined

  constructor(source: ByteSource, base: number, chunkBytes: number, room?: Uint8Array) {
    this.#room = room && Buffer.from(room.buffer, room.byteOffset, room.byteLength)
    this.#source = source
    this.base = base
    this.#chunkBytes = chunkBytes
  }

  /** Drops `count` bytes in front, and reads on behind the others; false at the end of the file. */
  advance(count: number): boolean {
    const left = this.bytes.length - count
    const next =
      this.#roomFor(left) ?? Buffer.allocUnsafeSlow(left + Math.max(this.#chunkBytes, left))
    this.bytes.copy(next, 0, count)
    this.base += count
    let size = left
    while (size < next.length && !this.isEnded) {
      const read = this.#source.read(next.subarray(size))
      this.isEnded = read === 0
      size += read
    }
    this.bytes = next.subarray(0, size)
    return size > left
  }

  #roomFor(left: number): Buffer | undefined {
    const room = this.#room
    return room !== undefined && left <= room.length / 2 ? room : undefined
  }

  /** Drops `count` bytes in front. */
  drop(count: number): void {
    this.bytes = this.bytes.subarray(count)
    this.base += count
  }

  /** Drops all up to the first line end outside of quotes; `state` is how quotes stand at the front. */
  skipRecord(state: QuoteState, format: CsvBytes, before: number): void {
    let current = state
    let last = before
    if (this.bytes.length === 0) this.advance(0)
    while (this.bytes.length > 0) {
      // Line by line: quotes between two line ends move the state.
      for (let start = 0; start < this.bytes.length; ) {
        const feed = this.bytes.indexOf(LF, start)
        const end = feed < 0 ? this.bytes.length : feed
        const tracker = new QuoteTracker(format, last)
        // With the line feed: it tells of a quote right before it.
        tracker.push(this.bytes.subarray(start, feed < 0 ? end : feed + 1))
        current = tracker.table[current]!
        if (feed >= 0 && current === OUTSIDE) {
          this.drop(feed + 1)
          return
        }
        last = this.bytes[feed < 0 ? end - 1 : feed]!
        start = feed < 0 ? end : feed + 1
      }
      this.advance(this.bytes.length)
    }
  }
}
