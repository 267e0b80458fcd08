import { assert } from '#publib/util'
import { kernelMemoryFull } from '../errors.ts'

/** Whatever is read a little beyond its end, as vectors are, stays in memory and outside of other blocks. */
const GUARD = 64
const ALIGNMENT = 64

/**
 * Which parts of a memory are taken: places from `start` up to `limit`, without it. First fit over the free ranges, which are
 * few; neighbours grow together again. What lies in the memory is no matter to it.
 */
export class Arena {
  readonly limit: number
  heldBytes = 0
  /** Behind the last byte that was ever taken: what the operating system has given for it. */
  touchedBytes = 0
  /** Starts and ends of the free ranges, rising. */
  readonly #free: { start: number; end: number }[]
  readonly #taken = new Map<number, number>()

  constructor(start: number, limit: number) {
    this.limit = limit
    this.#free = [{ start, end: limit }]
  }

  /** @throws OUT_OF_MEMORY */
  allocate(size: number): number {
    const room = roundUp(size + GUARD)
    const at = this.#free.findIndex(({ start, end }) => end - start >= room)
    if (at < 0) throw kernelMemoryFull(size, this.heldBytes, this.limit)
    const range = this.#free[at]!
    const { start } = range
    range.start += room
    if (range.start === range.end) this.#free.splice(at, 1)
    this.#taken.set(start, room)
    this.heldBytes += room
    this.touchedBytes = Math.max(this.touchedBytes, start + room)
    return start
  }

  free(start: number): void {
    const room = this.#taken.get(start)
    assert(room !== undefined, `kernel memory at ${start} is not taken`)
    this.#taken.delete(start)
    this.heldBytes -= room
    const at = this.#free.findIndex(range => range.start > start)
    this.#give(at < 0 ? this.#free.length : at, start, start + room)
  }

  #give(at: number, start: number, end: number): void {
    const before = this.#free[at - 1]
    const after = this.#free[at]
    const joinsBefore = before?.end === start
    const joinsAfter = after?.start === end
    if (joinsBefore && joinsAfter) {
      before.end = after.end
      this.#free.splice(at, 1)
    } else if (joinsBefore) before.end = end
    else if (joinsAfter) after.start = start
    else this.#free.splice(at, 0, { start, end })
  }
}

function roundUp(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT
}
