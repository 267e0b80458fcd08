/** A one-way switch that many may wait for: an AbortSignal without its bound on listeners. */
export class Stop {
  #isStopped = false
  #reason: unknown
  readonly #listeners = new Set<(reason: unknown) => void>()

  get isStopped(): boolean {
    return this.#isStopped
  }

  get reason(): unknown {
    return this.#reason
  }

  stop(reason: unknown): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#reason = reason
    const listeners = [...this.#listeners]
    this.#listeners.clear()
    for (const listener of listeners) listener(reason)
  }

  /** Calls once when it stops, at once if it has; what is returned takes the listener away. */
  onStop(listener: (reason: unknown) => void): () => void {
    if (this.#isStopped) {
      listener(this.#reason)
      return () => {}
    }
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
