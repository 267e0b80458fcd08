/**
 * How much the cached blocks of a host hold, counted in memory that all its executors share: a thread takes room
 * without asking anybody as long as there is some.
 */
export class CacheBudget {
  readonly memory: SharedArrayBuffer
  readonly #words: Int32Array

  /** Makes a new one of `limitBytes`, or looks at an existing one. */
  constructor(of: number | SharedArrayBuffer) {
    this.memory = typeof of === 'number' ? new SharedArrayBuffer(8) : of
    this.#words = new Int32Array(this.memory)
    if (typeof of === 'number') this.#words[LIMIT] = Math.min(units(of), UNITS_MAX)
  }

  get limitBytes(): number {
    return (this.#words[LIMIT] as number) * UNIT
  }

  /** Executors come and go, and their memory with them. What is held already stays until it must give way. */
  set limitBytes(bytes: number) {
    this.#words[LIMIT] = Math.min(units(bytes), UNITS_MAX)
  }

  get usedBytes(): number {
    return Atomics.load(this.#words, USED) * UNIT
  }

  /** Takes room if there is so much. */
  take(bytes: number): boolean {
    const wanted = units(bytes)
    if (Atomics.add(this.#words, USED, wanted) + wanted <= (this.#words[LIMIT] as number))
      return true
    Atomics.sub(this.#words, USED, wanted)
    return false
  }

  give(bytes: number): void {
    Atomics.sub(this.#words, USED, units(bytes))
  }
}

/** Counted in KiB, so that 2 TiB fit an Int32. */
const UNIT = 1024
const UNITS_MAX = 2 ** 30
const USED = 0
const LIMIT = 1

function units(bytes: number): number {
  return Math.ceil(bytes / UNIT)
}
