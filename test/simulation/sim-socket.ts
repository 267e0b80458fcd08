import type { Address, Socket } from '#publib/env'
import type { SimNetwork } from './sim-network.ts'
import type { SimProcess } from './world.ts'

/** One end of a simulated socket. Messages arrive in order; a cut link holds them until it is healed or reset. */
export class SimSocket implements Socket {
  onMessage: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined
  onDrain: (() => void) | undefined
  readonly bufferedBytes = 0
  readonly remote: Address
  readonly owner: SimProcess
  readonly #network: SimNetwork
  #peer: SimSocket | undefined
  isOpen = true
  /** The time before which nothing more may arrive: keeps the order. */
  arrivesAt = 0

  private constructor(network: SimNetwork, owner: SimProcess, remote: Address) {
    this.#network = network
    this.owner = owner
    this.remote = remote
  }

  /** Two ends of one socket: the first is `a`'s. */
  static pair(
    network: SimNetwork,
    a: SimProcess,
    toB: Address,
    b: SimProcess,
    toA: Address,
  ): [SimSocket, SimSocket] {
    const ofA = new SimSocket(network, a, toB)
    const ofB = new SimSocket(network, b, toA)
    ofA.#peer = ofB
    ofB.#peer = ofA
    return [ofA, ofB]
  }

  get peer(): SimSocket {
    return this.#peer!
  }

  send(parts: readonly Uint8Array[]): void {
    if (!this.isOpen) return
    const bytes = concat(parts)
    const { peer } = this
    this.#network.deliver(this, peer, () => {
      if (peer.isOpen) peer.onMessage?.(bytes)
    })
  }

  close(code: number, reason: string): void {
    if (!this.isOpen) return
    const { peer } = this
    this.isOpen = false
    this.#network.forget(this)
    this.#network.deliver(this, peer, () => peer.closed(code, reason))
    this.#network.soon(this.owner, () => this.onClose?.(code, reason))
  }

  terminate(): void {
    this.close(1006, '')
  }

  /** It is over at the other end, or on the way. */
  closed(code: number, reason: string): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.#network.forget(this)
    this.onClose?.(code, reason)
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
