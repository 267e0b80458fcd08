import type { BlockLocation, BlockRange } from '#publib/blocks'
import type { Cancellable, Clock, Random } from '#publib/env'
import type { RangePart } from '#publib/storage'
import { backoffMs } from '#publib/transport'
import type { BlockPeer } from './block-peer.ts'

export interface FetchSurroundings {
  readonly clock: Clock
  readonly random: Random
  readonly retriesMax: number
  peerOf(location: BlockLocation): BlockPeer
  /** What may be asked for and not consumed. */
  windowBytes(): number
}

/** One range of a fetch. */
interface Wanted {
  readonly index: number
  readonly range: BlockRange
  /** Bytes that the reader was given: after a broken connection they are not given again. */
  givenBytes: number
  failures: number
}

/**
 * The ranges that one reader asked for: requested in its order, no more at a time than its window, and again with growing
 * pauses where a connection breaks. What a service says it does not have is not asked for again.
 */
export class RangesUnderWay {
  readonly #around: FetchSurroundings
  readonly #onPart: (part: RangePart) => void
  /** Not asked for yet, in the reader's order. */
  #waiting: Wanted[]
  /** Asked for and not consumed. */
  #unconsumedBytes = 0
  readonly #forgets = new Set<() => void>()
  readonly #pauses = new Set<Cancellable>()
  #isClosed = false

  constructor(
    requests: readonly BlockRange[],
    onPart: (part: RangePart) => void,
    around: FetchSurroundings,
  ) {
    this.#around = around
    this.#onPart = onPart
    this.#waiting = requests.map((range, index) => ({ index, range, givenBytes: 0, failures: 0 }))
  }

  consumed(bytes: number): void {
    this.#unconsumedBytes -= bytes
    this.pump()
  }

  close(): void {
    this.#isClosed = true
    this.#waiting = []
    for (const forget of this.#forgets) forget()
    for (const pause of this.#pauses) pause.cancel()
    this.#forgets.clear()
    this.#pauses.clear()
  }

  /** Asks for what the window has room for; for one range always, however large. */
  pump(): void {
    const windowBytes = this.#around.windowBytes()
    const batches = new Map<string, Wanted[]>()
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const bytes = next.range.size - next.givenBytes
      if (this.#unconsumedBytes > 0 && this.#unconsumedBytes + bytes > windowBytes) break
      this.#waiting.shift()
      this.#unconsumedBytes += bytes
      const key = `${next.range.location.host}:${next.range.location.port}`
      const batch = batches.get(key)
      if (batch === undefined) batches.set(key, [next])
      else batch.push(next)
    }
    for (const batch of batches.values()) this.#ask(batch)
  }

  #ask(batch: readonly Wanted[]): void {
    const open = new Set(batch)
    const ranges = batch.map(({ range }) => range)
    /** Bytes of each range that came with this request. */
    const received = batch.map(() => 0)
    const end = (wanted: Wanted): void => {
      open.delete(wanted)
      if (open.size === 0) this.#forgets.delete(forget)
    }
    const forget = this.#around.peerOf(batch[0]!.range.location).request(ranges, {
      onBytes: (place, bytes, isLast) => {
        const wanted = batch[place]!
        if (!open.has(wanted)) return
        const { size } = wanted.range
        const skipped = Math.min(bytes.length, Math.max(0, wanted.givenBytes - received[place]!))
        const total = received[place]! + bytes.length
        received[place] = total
        if (total > size || (isLast && total < size)) {
          end(wanted)
          this.#fail(wanted, `it has ${total} bytes${isLast ? '' : ' or more'}, not ${size}`)
          return
        }
        if (isLast) end(wanted)
        if (skipped === bytes.length && !isLast) return
        wanted.givenBytes += bytes.length - skipped
        this.#give({ index: wanted.index, bytes: bytes.subarray(skipped), isLast })
      },
      onMissing: (place, reason) => {
        const wanted = batch[place]!
        end(wanted)
        this.#fail(wanted, reason)
      },
      onBroken: reason => {
        this.#forgets.delete(forget)
        for (const wanted of open) this.#tryAgain(wanted, reason)
      },
    })
    this.#forgets.add(forget)
  }

  #tryAgain(wanted: Wanted, reason: string): void {
    if (this.#isClosed) return
    wanted.failures += 1
    if (wanted.failures > this.#around.retriesMax) {
      this.#fail(wanted, `${reason} (tried ${wanted.failures} times)`)
      return
    }
    this.#unconsumedBytes -= wanted.range.size - wanted.givenBytes
    const { clock, random } = this.#around
    const pause = clock.after(backoffMs(wanted.failures - 1, random.number()), () => {
      this.#pauses.delete(pause)
      this.#waiting.unshift(wanted)
      this.pump()
    })
    this.#pauses.add(pause)
  }

  #fail(wanted: Wanted, error: string): void {
    this.#unconsumedBytes -= wanted.range.size - wanted.givenBytes
    this.#give({ index: wanted.index, error })
    this.pump()
  }

  #give(part: RangePart): void {
    if (!this.#isClosed) this.#onPart(part)
  }
}
