const WINDOW_MS = 60_000
const FAILURES_MAX = 100
/** Peers that are remembered; the longest remembered goes first. */
const PEERS_MAX = 1000

/** Counts the wrong tokens of each peer in the running minute. */
export class FailureMeter {
  readonly #nowMs: () => number
  readonly #peers = new Map<string, { readonly sinceMs: number; count: number }>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** Adds a failure; true when the peer has had too many. */
  count(peer: string): boolean {
    const nowMs = this.#nowMs()
    const known = this.#peers.get(peer)
    if (known !== undefined && nowMs - known.sinceMs < WINDOW_MS) {
      return ++known.count > FAILURES_MAX
    }
    this.#peers.delete(peer)
    const [oldest] = this.#peers.keys()
    if (this.#peers.size >= PEERS_MAX && oldest !== undefined) this.#peers.delete(oldest)
    this.#peers.set(peer, { sinceMs: nowMs, count: 1 })
    return false
  }
}
