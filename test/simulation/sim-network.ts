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
import { SimSocket } from './sim-socket.ts'
import type { SimProcess, World } from './world.ts'

interface Listening {
  readonly process: SimProcess
  readonly options: ListenOptions
  readonly sockets: Set<SimSocket>
}

/** Every wire of a world: delays drawn from its seed, links that can be cut, sockets that can be reset. */
export class SimNetwork {
  readonly #world: World
  readonly #listeners = new Map<string, Listening>()
  /** One-way links that are cut, and what waits at each. */
  readonly #cuts = new Map<string, (() => void)[]>()
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

  /** Holds all messages from one machine to another, and the other way too unless it is cut one way only. */
  cut(from: string, to: string, isOneWay = false): void {
    this.#cutWay(from, to)
    if (!isOneWay) this.#cutWay(to, from)
  }

  heal(a: string, b: string): void {
    for (const way of [wayOf(a, b), wayOf(b, a)]) {
      const held = this.#cuts.get(way) ?? []
      this.#cuts.delete(way)
      for (const call of held) call()
    }
  }

  isCut(from: string, to: string): boolean {
    return this.#cuts.has(wayOf(from, to))
  }

  /** Breaks every open socket between two machines. */
  reset(a: string, b: string): void {
    for (const socket of [...this.#sockets]) {
      const { peer } = socket
      const way = wayOf(socket.owner.machine.host, peer.owner.machine.host)
      if (!socket.isOpen || (way !== wayOf(a, b) && way !== wayOf(b, a))) continue
      for (const end of [socket, peer]) {
        this.forget(end)
        if (end.isOpen) this.soon(end.owner, () => end.closed(1006, 'reset'))
      }
    }
  }

  soon(process: SimProcess, call: () => void): void {
    this.#world.after(0, () => process.enter(call))
  }

  deliver(from: SimSocket, to: SimSocket, call: () => void): void {
    const arrive = (): void => {
      const at = Math.max(this.#world.now + this.#delay(from.owner, to.owner), to.arrivesAt)
      to.arrivesAt = at
      this.#world.after(at - this.#world.now, () => to.owner.enter(call))
    }
    const held = this.#cuts.get(wayOf(from.owner.machine.host, to.owner.machine.host))
    if (held === undefined) arrive()
    else held.push(arrive)
  }

  forget(socket: SimSocket): void {
    this.#sockets.delete(socket)
  }

  /** Sockets that are open at both ends' machines, for the leak check. */
  openSocketsOf(process: SimProcess): number {
    return [...this.#sockets].filter(({ owner, isOpen }) => owner === process && isOpen).length
  }

  #cutWay(from: string, to: string): void {
    if (from !== to && !this.#cuts.has(wayOf(from, to))) this.#cuts.set(wayOf(from, to), [])
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
      const fail = (error: Error): void => {
        if (!isOver) process.enter(() => reject(error))
        isOver = true
        timeout.cancel()
      }
      const unreachable = (why: string): SimSparkError =>
        new SimSparkError('MASTER_UNREACHABLE', `${address.host}:${address.port} ${why}`, {
          retryable: true,
        })
      const timeout = this.#world.after(options.timeoutMs, () =>
        fail(unreachable('does not answer')),
      )
      this.#world.after(this.#delay(process, process), () => {
        if (isOver || !process.isAlive) return
        const here = process.machine.host
        if (this.isCut(here, address.host) || this.isCut(address.host, here)) return
        const listening = this.#listeners.get(`${address.host}:${address.port}`)
        if (listening === undefined) return fail(unreachable('refuses connections'))
        listening.process.enter(() => {
          if (isOver || !process.isAlive) return
          const request = requestOf(process, address, options)
          const answer = listening.options.authorize(request)
          if (answer.kind === 'refuse') {
            const code = answer.status === 403 ? 'NOT_AUTHORIZED' : 'NOT_AUTHENTICATED'
            return fail(new SimSparkError(code, answer.message))
          }
          isOver = true
          timeout.cancel()
          const [mine, theirs] = this.#pair(process, listening, address)
          listening.options.onSocket(theirs, answer.role, request)
          const delay = this.#delay(listening.process, process)
          this.#world.after(delay, () => process.enter(() => resolve(mine)))
        })
      })
    })
  }

  #pair(process: SimProcess, listening: Listening, address: Address): [SimSocket, SimSocket] {
    const theirAddress = { host: process.machine.host, port: this.#ports++ }
    const [mine, theirs] = SimSocket.pair(this, process, address, listening.process, theirAddress)
    // what the server says at once must not arrive before the client has the socket
    mine.arrivesAt = this.#world.now + DELAY_MS_MAX * 2
    this.#sockets.add(mine).add(theirs)
    listening.sockets.add(theirs)
    return [mine, theirs]
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
    for (const socket of [...this.#sockets]) {
      if (socket.owner !== process) continue
      this.forget(socket)
      if (socket.isOpen) this.deliver(socket, socket.peer, () => socket.peer.closed(1006, ''))
      socket.isOpen = false
    }
  }

  /** Between half a millisecond and five, longer where a machine is slow. */
  #delay(from: SimProcess, to: SimProcess): number {
    const slowness = Math.min(2, Math.max(from.machine.slowness, to.machine.slowness))
    return (0.5 + this.#world.random.number() * 4.5) * slowness
  }
}

const DELAY_MS_MAX = 10

function wayOf(from: string, to: string): string {
  return `${from} ${to}`
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
