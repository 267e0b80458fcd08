import type { BlockLocation, BlockRange } from '#publib/blocks'
import type { Clock, Network, Random } from '#publib/env'
import type { BlockSource, RangeFetch, RangePart } from '#publib/storage'
import { BlockPeer, type PeerCredentials } from './block-peer.ts'
import { RangesUnderWay } from './ranges-under-way.ts'

export interface BlockFetcherOptions extends PeerCredentials {
  /** `simspark.reducer.maxSizeInFlight`: asked for and not consumed, over all readers of the host. */
  readonly bytesInFlightMax: number
  /** `simspark.shuffle.io.maxRetries`. */
  readonly retriesMax: number
}

/** Map outputs of other workers, from their block services: one connection to each, shared by all executors of the host. */
export class BlockFetcher implements BlockSource {
  readonly #env: { readonly clock: Clock; readonly network: Network; readonly random: Random }
  readonly #options: BlockFetcherOptions
  readonly #peers = new Map<string, BlockPeer>()
  readonly #fetches = new Set<RangesUnderWay>()

  constructor(
    env: { readonly clock: Clock; readonly network: Network; readonly random: Random },
    options: BlockFetcherOptions,
  ) {
    this.#env = env
    this.#options = options
  }

  fetch(requests: readonly BlockRange[], onPart: (part: RangePart) => void): RangeFetch {
    const { bytesInFlightMax, retriesMax } = this.#options
    const fetch = new RangesUnderWay(requests, onPart, {
      ...{ clock: this.#env.clock, random: this.#env.random, retriesMax },
      peerOf: location => this.#peerOf(location),
      // A reader's window never depends on another reader, who may stand still until this one is done.
      windowBytes: () => bytesInFlightMax / this.#fetches.size,
    })
    this.#fetches.add(fetch)
    queueMicrotask(() => fetch.pump())
    return {
      consumed: bytes => fetch.consumed(bytes),
      close: () => {
        this.#fetches.delete(fetch)
        fetch.close()
      },
    }
  }

  close(): void {
    for (const fetch of this.#fetches) fetch.close()
    this.#fetches.clear()
    for (const peer of this.#peers.values()) peer.close()
    this.#peers.clear()
  }

  #peerOf(location: BlockLocation): BlockPeer {
    const key = `${location.host}:${location.port}`
    const known = this.#peers.get(key)
    if (known !== undefined) return known
    const peer = new BlockPeer(this.#env, location, this.#options)
    this.#peers.set(key, peer)
    return peer
  }
}
