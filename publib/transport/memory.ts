import type {
  Address,
  Clock,
  ConnectOptions,
  GateRequest,
  Listener,
  ListenOptions,
  Network,
  Socket,
} from '#publib/env'
import { refused, unreachable } from './errors.ts'
import { type Link, MemorySocket } from './memory-socket.ts'

export interface MemoryNetworkOptions {
  readonly clock: Clock
  /** How long a message of so many bytes is on its way; 0 unless given. */
  readonly delayMs?: (from: string, to: string, bytes: number) => number
}

/**
 * Machines that talk through memory: the gate, the order and the endings of real sockets, on a given clock and
 * without chance. What the simulator and unit tests are built on.
 *
 * @example
 * const machines = memoryNetwork({ clock })
 * const listener = await machines.at('master').listen({ host: 'master', port: 0, … })
 * machines.cut('worker', 'master')
 */
export function memoryNetwork(options: MemoryNetworkOptions): MemoryNetwork {
  return new MemoryNetwork(options)
}

interface Port {
  readonly host: string
  readonly port: number
  readonly options: ListenOptions
}

const FIRST_FREE_PORT = 40_000
const LOOPBACK = '127.0.0.1'

export class MemoryNetwork {
  readonly #options: MemoryNetworkOptions
  readonly #ports = new Map<string, Port>()
  readonly #sockets = new Set<MemorySocket>()
  readonly #cuts = new Set<string>()
  #nextPort = FIRST_FREE_PORT

  constructor(options: MemoryNetworkOptions) {
    this.#options = options
  }

  /** The network as one machine sees it; `127.0.0.1` and `localhost` are that machine itself. */
  at(machine: string): Network {
    return {
      listen: options => this.#listen(machine, options),
      connect: (address, options) => this.#connect(machine, address, options),
    }
  }

  /** From now on nothing arrives from one at the other; it waits, as in TCP. Cut both ways for a partition. */
  cut(from: string, to: string): void {
    this.#cuts.add(`${from}→${to}`)
  }

  /** Ends a cut: what waited arrives. */
  heal(from: string, to: string): void {
    this.#cuts.delete(`${from}→${to}`)
    for (const socket of this.#sockets) socket.wake()
  }

  /** Breaks every socket between two machines without a goodbye: both ends see 1006. */
  reset(one: string, other: string): void {
    for (const socket of [...this.#sockets]) {
      const { from, to } = socket.link
      if ((from === one && to === other) || (from === other && to === one)) socket.break()
    }
  }

  /** The process of a machine is killed: its ports are gone, its peers see 1006, it sees nothing more. */
  crash(machine: string): void {
    for (const [name, port] of this.#ports) if (port.host === machine) this.#ports.delete(name)
    for (const socket of [...this.#sockets]) {
      if (socket.link.from !== machine) continue
      socket.silence()
      socket.break()
    }
  }

  /** Sockets that are open, both ends counted: 0 when nothing was left behind. */
  get openSockets(): number {
    return this.#sockets.size
  }

  async #listen(machine: string, options: ListenOptions): Promise<Listener> {
    const port = options.port === 0 ? this.#nextPort++ : options.port
    const name = `${machine}:${port}`
    if (this.#ports.has(name)) {
      const error = new Error(`listen EADDRINUSE: address already in use ${name}`)
      throw Object.assign(error, { code: 'EADDRINUSE' })
    }
    this.#ports.set(name, { host: machine, port, options })
    const close = async () => {
      this.#ports.delete(name)
      for (const socket of [...this.#sockets]) {
        if (socket.link.from === machine && socket.link.port === port && socket.link.isAccepted) {
          socket.close(1001, 'the port is closed')
        }
      }
    }
    return { address: { host: options.host, port }, close }
  }

  async #connect(machine: string, address: Address, options: ConnectOptions): Promise<Socket> {
    const target = isLoopback(address.host) ? machine : address.host
    await this.#wait(this.#delay(machine, target, 0))
    if (this.#isCut(machine, target) || this.#isCut(target, machine)) {
      await this.#wait(options.timeoutMs)
      throw unreachable(address, `no answer within ${options.timeoutMs} ms`)
    }
    const port = this.#ports.get(`${target}:${address.port}`)
    if (port === undefined) throw unreachable(address, 'nothing listens there (ECONNREFUSED)')
    const request = requestOf(machine, address, options)
    const verdict = port.options.authorize(request)
    if (verdict.kind === 'refuse') throw refused(address, verdict.status, verdict.code)
    const { dialled, accepted } = this.#pair(machine, target, address, port, options)
    port.options.onSocket(accepted, verdict.role, request)
    return dialled
  }

  #pair(machine: string, target: string, address: Address, port: Port, options: ConnectOptions) {
    const out: Link = this.#link(machine, target, address.port, false)
    const back: Link = this.#link(target, machine, address.port, true)
    const dialled = new MemorySocket(out, address, options.messageBytesMax)
    const accepted = new MemorySocket(
      back,
      { host: machine, port: 0 },
      port.options.messageBytesMax,
    )
    dialled.join(accepted)
    this.#sockets.add(dialled).add(accepted)
    return { dialled, accepted }
  }

  #link(from: string, to: string, port: number, isAccepted: boolean): Link {
    return {
      from,
      to,
      port,
      isAccepted,
      clock: this.#options.clock,
      delayMs: bytes => this.#delay(from, to, bytes),
      isCut: () => this.#isCut(from, to),
      forget: socket => void this.#sockets.delete(socket),
    }
  }

  #delay(from: string, to: string, bytes: number): number {
    return this.#options.delayMs?.(from, to, bytes) ?? 0
  }

  #isCut(from: string, to: string): boolean {
    return this.#cuts.has(`${from}→${to}`)
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise(resolve => {
      this.#options.clock.after(delayMs, resolve)
    })
  }
}

function requestOf(machine: string, address: Address, options: ConnectOptions): GateRequest {
  const given = Object.entries(options.headers ?? {})
  return {
    method: 'GET',
    path: options.path,
    headers: new Map<string, readonly string[]>([
      ['host', [`${address.host}:${address.port}`]],
      ['authorization', [`Bearer ${options.token}`]],
      ...given.map(([name, value]) => [name.toLowerCase(), [value]] as const),
    ]),
    remoteAddress: isLoopback(address.host) ? LOOPBACK : machine,
  }
}

function isLoopback(host: string): boolean {
  return host === LOOPBACK || host === 'localhost'
}
