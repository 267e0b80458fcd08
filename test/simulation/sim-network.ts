import type {
  Address,
  ConnectOptions,
  GateRequest,
  Listener,
  ListenOptions,
  Network,
  Socket,
} from '#publib/env'
import { SimSparkError } from '#publib/util'
import type { SimProcess, World } from './world.ts'

interface Listening {
  readonly process: SimProcess
  readonly options: ListenOptions
  readonly sockets: Set<SimSocket>
}

/** One end of a simulated socket. Messages arrive in order; a cut link holds them until it is healed or reset. */
class SimSocket implements Socket {
  onMessage: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined
  onDrain: (() => void) | undefined
  readonly bufferedBytes = 0
  readonly remote: Address
  readonly owner: SimProcess
  readonly #network: SimNetwork
  peer: SimSocket | undefined
  isOpen = true
  /** The time before which nothing more may arrive: keeps the order. */
  arrivesAt = 0
  held: (() => void)[] = []

  constructor(network: SimNetwork, owner: SimProcess, remote: Address) {
    this.#network = network
    this.owner = owner
    this.remote = remote
  }

  send(parts: readonly Uint8Array[]): void {
    const { peer } = this
    if (!this.isOpen || peer === undefined) return
    const bytes = concat(parts)
    this.#network.deliver(this, peer, () => {
      if (peer.isOpen) peer.onMessage?.(bytes)
    })
  }

  close(code: number, reason: string): void {
    if (!this.isOpen) return
    const { peer } = this
    this.isOpen = false
    if (peer !== undefined) this.#network.deliver(this, peer, () => peer.closed(code, reason))
    this.#network.soon(this.owner, () => this.onClose?.(code, reason))
  }

  terminate(): void {
    this.close(1006, '')
  }

  closed(code: number, reason: string): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.onClose?.(code, reason)
  }
}

/** Every wire of a world: delays drawn from its seed, links that can be cut, sockets that can be reset. */
export class SimNetwork {
  readonly #world: World
  readonly #listeners = new Map<string, Listening>()
  readonly #cuts = new Set<string>()
  readonly #sockets = new Set<SimSocket>()
  #ports = 20_000

  constructor(world: World) {
    this.#world = world
  }

  /** The network as one process sees it. */
  of(process: SimProcess): Network {
    process.onEnd(() => this.#endOf(process))
    return {
      listen: options => this.#listen(process, options),
      connect: (address, options) => this.#connect(process, address, options),
    }
  }

  /** Holds all messages between two machines, both ways. */
  cut(a: string, b: string): void {
    this.#cuts.add(linkOf(a, b))
  }

  heal(a: string, b: string): void {
    this.#cuts.delete(linkOf(a, b))
    for (const socket of this.#sockets) {
      if (linkOf(socket.owner.machine.host, socket.peer?.owner.machine.host ?? '') !== linkOf(a, b))
        continue
      for (const call of socket.held.splice(0)) call()
    }
  }

  /** Breaks every open socket between two machines. */
  reset(a: string, b: string): void {
    for (const socket of [...this.#sockets]) {
      const other = socket.peer?.owner.machine.host ?? ''
      if (!socket.isOpen || linkOf(socket.owner.machine.host, other) !== linkOf(a, b)) continue
      socket.owner.enter(() => socket.closed(1006, 'reset'))
      socket.isOpen = false
    }
  }

  soon(process: SimProcess, call: () => void): void {
    this.#world.after(0, () => process.enter(call))
  }

  deliver(from: SimSocket, to: SimSocket, call: () => void): void {
    const arrive = () => {
      const at = Math.max(this.#world.now + this.#delay(), to.arrivesAt)
      to.arrivesAt = at
      this.#world.after(at - this.#world.now, () => to.owner.enter(call))
    }
    if (this.#isCut(from.owner, to.owner)) to.held.push(arrive)
    else arrive()
  }

  async #listen(process: SimProcess, options: ListenOptions): Promise<Listener> {
    const port = options.port === 0 ? this.#ports++ : options.port
    const key = `${process.machine.host}:${port}`
    if (this.#listeners.has(key)) {
      throw Object.assign(new Error(`listen EADDRINUSE ${key}`), { code: 'EADDRINUSE' })
    }
    const listening: Listening = { process, options, sockets: new Set() }
    this.#listeners.set(key, listening)
    return {
      address: { host: process.machine.host, port },
      close: async () => this.#stopListening(key),
    }
  }

  #connect(process: SimProcess, address: Address, options: ConnectOptions): Promise<Socket> {
    return new Promise((resolve, reject) => {
      let isOver = false
      const fail = (error: Error) => {
        if (!isOver) process.enter(() => reject(error))
        isOver = true
      }
      const unreachable = (why: string) =>
        new SimSparkError('MASTER_UNREACHABLE', `${address.host}:${address.port} ${why}`, {
          retryable: true,
        })
      this.#world.after(options.timeoutMs, () => fail(unreachable('does not answer')))
      this.#world.after(this.#delay(), () => {
        if (isOver || !process.isAlive) return
        const listening = this.#listeners.get(`${address.host}:${address.port}`)
        if (listening === undefined) return fail(unreachable('refuses connections'))
        if (this.#isCut(process, listening.process)) return
        listening.process.enter(() => {
          if (isOver) return
          const answer = listening.options.authorize(requestOf(process, address, options))
          if (answer.kind === 'refuse') {
            const code = answer.status === 403 ? 'NOT_AUTHORIZED' : 'NOT_AUTHENTICATED'
            return fail(new SimSparkError(code, answer.message))
          }
          isOver = true
          const [here, there] = this.#pair(process, listening, address)
          listening.options.onSocket(there, answer.role, requestOf(process, address, options))
          this.#world.after(this.#delay(), () => process.enter(() => resolve(here)))
        })
      })
    })
  }

  #pair(process: SimProcess, listening: Listening, address: Address): [SimSocket, SimSocket] {
    const here = new SimSocket(this, process, address)
    const there = new SimSocket(this, listening.process, {
      host: process.machine.host,
      port: this.#ports++,
    })
    here.peer = there
    there.peer = here
    // what the server says at once must not arrive before the client has the socket
    here.arrivesAt = this.#world.now + 6
    this.#sockets.add(here).add(there)
    listening.sockets.add(there)
    return [here, there]
  }

  #stopListening(key: string): void {
    const listening = this.#listeners.get(key)
    this.#listeners.delete(key)
    for (const socket of listening?.sockets ?? []) socket.close(1001, 'closing')
  }

  #endOf(process: SimProcess): void {
    for (const [key, listening] of this.#listeners) {
      if (listening.process === process) this.#listeners.delete(key)
    }
    for (const socket of this.#sockets) {
      if (socket.owner !== process) continue
      this.#sockets.delete(socket)
      const { peer } = socket
      if (socket.isOpen && peer !== undefined)
        this.deliver(socket, peer, () => peer.closed(1006, ''))
      socket.isOpen = false
    }
  }

  #isCut(a: SimProcess, b: SimProcess): boolean {
    return this.#cuts.has(linkOf(a.machine.host, b.machine.host))
  }

  /** Between half a millisecond and five. */
  #delay(): number {
    return 0.5 + this.#world.random.number() * 4.5
  }
}

function linkOf(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`
}

function requestOf(process: SimProcess, address: Address, options: ConnectOptions): GateRequest {
  const headers = new Map<string, readonly string[]>([
    ['host', [`${address.host}:${address.port}`]],
    ['authorization', [`Bearer ${options.token}`]],
  ])
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    headers.set(name.toLowerCase(), [value])
  }
  return { method: 'GET', path: options.path, headers, remoteAddress: process.machine.host }
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
