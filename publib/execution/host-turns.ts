import type { ExecutorLinks } from './executor-link.ts'

/** What follows from all that an executor host is told in one go is done once, at its end: many tasks end in one. */
export class HostTurns {
  readonly #links: Pick<ExecutorLinks, 'hold' | 'release'>
  readonly #settle: () => void
  #isSettling = false
  #isInTurn = false

  constructor(links: Pick<ExecutorLinks, 'hold' | 'release'>, settle: () => void) {
    this.#links = links
    this.#settle = settle
  }

  /** Something has changed: it is settled at the end of the turn, or of the caller's own. */
  changed(): void {
    if (this.#isSettling) return
    this.#isSettling = true
    if (!this.#isInTurn) queueMicrotask(() => this.#end())
  }

  /** Calls `body`; then executors get their work, and then the rest settles. */
  run(body: () => void): void {
    // Within another one, and where something is about to settle anyway, that one ends it.
    if (this.#isInTurn || this.#isSettling) {
      body()
      return
    }
    this.#isInTurn = true
    this.#links.hold?.()
    try {
      body()
    } finally {
      this.#isInTurn = false
      this.#links.release?.()
      if (this.#isSettling) this.#end()
    }
  }

  #end(): void {
    this.#isSettling = false
    this.#settle()
  }
}
