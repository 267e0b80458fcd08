import type { BlockRange } from '#publib/blocks'
import type { FetchedPart, ShuffleEnvironment } from './environment.ts'
import { type Extent, SpillFile } from './spill-file.ts'

/** Parts that came early are held in memory up to here, then in a file. */
const HELD_BYTES_MAX = 32 * 1024 * 1024

/** Why a range cannot be had. */
export class RangeMissing extends Error {
  override readonly name = 'RangeMissing'
}

type Held =
  | { readonly bytes: Uint8Array | Extent; readonly isLast: boolean }
  | { readonly error: string }

/** Remote ranges in the order of the requests, whatever order they arrive in. */
export class FetchedRanges {
  readonly #env: ShuffleEnvironment
  readonly #requests: readonly BlockRange[]
  readonly #early = new Map<number, Held[]>()
  #parts: Iterator<FetchedPart> | undefined
  #heldBytes = 0
  #file: SpillFile | undefined

  constructor(requests: readonly BlockRange[], env: ShuffleEnvironment) {
    this.#requests = requests
    this.#env = env
  }

  /** The pieces of one range. Ranges are asked for in order, each once. @throws RangeMissing */
  *piecesOf(index: number): Generator<Uint8Array> {
    const held = this.#early.get(index) ?? []
    this.#early.delete(index)
    for (const part of held) {
      if ('error' in part) throw new RangeMissing(part.error)
      yield this.#release(part.bytes)
      if (part.isLast) return
    }
    for (;;) {
      const part = this.#next()
      if (part.index !== index) this.#hold(part)
      else if ('error' in part) throw new RangeMissing(part.error)
      else {
        yield part.bytes
        if (part.isLast) return
      }
    }
  }

  /** Gives up what is still under way. */
  close(): void {
    this.#parts?.return?.()
    this.#parts = undefined
    this.#file?.remove()
    this.#file = undefined
  }

  #next(): FetchedPart {
    this.#env.checkCancelled()
    this.#parts ??= this.#env.fetch(this.#requests)[Symbol.iterator]()
    const next = this.#parts.next()
    if (next.done === true) throw new RangeMissing('the fetch ended before it was there')
    return next.value
  }

  #hold(part: FetchedPart): void {
    const held = this.#early.get(part.index)
    const kept: Held =
      'error' in part ? part : { bytes: this.#keep(part.bytes), isLast: part.isLast }
    if (held === undefined) this.#early.set(part.index, [kept])
    else held.push(kept)
  }

  #keep(bytes: Uint8Array): Uint8Array | Extent {
    if (this.#heldBytes + bytes.length > HELD_BYTES_MAX) {
      this.#file ??= new SpillFile(this.#env)
      return this.#file.append(bytes)
    }
    this.#heldBytes += bytes.length
    return Uint8Array.prototype.slice.call(bytes)
  }

  #release(bytes: Uint8Array | Extent): Uint8Array {
    if (!(bytes instanceof Uint8Array)) return this.#file!.read(bytes)
    this.#heldBytes -= bytes.length
    return bytes
  }
}
