import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { WebSocket, WebSocketServer } from 'ws'
import type { Address, ConnectOptions, Listener, ListenOptions, Network, Socket } from '#publib/env'
import { connectError, refusalError } from './connect-error.ts'
import { boundElsewhere, describePlace, unreachable } from './errors.ts'
import { VERSION_HEADER } from './headers.ts'
import type { Upgrade } from './http-server.ts'
import { isSameAddress, plainAddress, resolveListenHost } from './listen-address.ts'
import { packageVersion, subprotocolOf } from './version.ts'
import { WsSocket } from './ws-socket.ts'

export interface WebSocketOptions {
  /** What both ends must agree on; the package's version unless given. */
  readonly version?: string
  /** Connections that one port serves at a time. */
  readonly connectionsMax?: number
  /** A peer for which more than this waits to be written is dropped. */
  readonly bufferedBytesMax?: number
  /** False: sockets that were dialled do not keep the process running (a driver's). */
  readonly keepProcessAlive?: boolean
}

const CONNECTIONS_MAX = 4096
const BUFFERED_BYTES_MAX = 256 * 1024 * 1024
/** For the peer's goodbye, and for what was sent before. */
const CLOSE_TIMEOUT_MS = 5000
const LISTENER_CLOSE_MS = 250
const FRAGMENTS_MAX = 64

/**
 * The network of production: WebSockets over one HTTP server per port, uncompressed, unmasked in effect.
 *
 * @example
 * const env = realEnv(webSocketNetwork())
 */
export function webSocketNetwork(options: WebSocketOptions = {}): Network {
  const version = options.version ?? packageVersion()
  return {
    listen: listenOptions => listen(listenOptions, options, version),
    connect: (address, connectOptions) => connect(address, connectOptions, options, version),
  }
}

async function listen(
  options: ListenOptions,
  settings: WebSocketOptions,
  version: string,
): Promise<Listener> {
  // Loaded by whoever listens or dials: local modes start without them.
  const { WebSocketServer } = await import('ws')
  const { gatedServer } = await import('./http-server.ts')
  const { refusal, refuseUpgrade } = await import('./http-answer.ts')
  const host = await resolveListenHost(options.host)
  const acceptor = new WebSocketServer({
    noServer: true,
    ...receiverLimits(options.messageBytesMax),
  })
  const server = gatedServer(options, upgrade => {
    if (upgrade.request.headers['sec-websocket-protocol'] !== subprotocolOf(version)) {
      const why = refusal(426, 'version_mismatch', `this is simSpark ${version}`)
      return refuseUpgrade(upgrade.socket, why, { [VERSION_HEADER]: version })
    }
    accept(acceptor, upgrade, options, settings)
  })
  server.maxConnections = settings.connectionsMax ?? CONNECTIONS_MAX
  const connections = new Set<Duplex>()
  server.on('connection', (socket: Duplex) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port: options.port, exclusive: true }, resolve)
  })
  const bound = server.address() as AddressInfo
  const close = closer(server, acceptor, connections)
  if (!isSameAddress(host, bound.address)) {
    await close()
    throw boundElsewhere(host, bound.address)
  }
  return { address: { host: bound.address, port: bound.port }, close }
}

/** Says goodbye to all, and after a moment no longer asks. */
function closer(server: Server, acceptor: WebSocketServer, connections: Set<Duplex>) {
  let closing: Promise<void> | undefined
  const drop = () => {
    for (const socket of connections) socket.destroy()
  }
  return () => {
    closing ??= new Promise<void>(resolve => {
      for (const socket of acceptor.clients) socket.close(1001, 'the port is closed')
      const timer = setTimeout(drop, LISTENER_CLOSE_MS)
      server.close(() => {
        clearTimeout(timer)
        resolve()
      })
    })
    return closing
  }
}

function accept(
  acceptor: WebSocketServer,
  { request, socket, head, role, gateRequest }: Upgrade,
  options: ListenOptions,
  settings: WebSocketOptions,
): void {
  acceptor.handleUpgrade(request, socket, head, raw => {
    const { remoteAddress, remotePort } = request.socket
    const remote = { host: plainAddress(remoteAddress), port: remotePort ?? 0 }
    const bufferedBytesMax = settings.bufferedBytesMax ?? BUFFERED_BYTES_MAX
    options.onSocket(new WsSocket(raw, remote, bufferedBytesMax), role, gateRequest)
  })
}

async function connect(
  address: Address,
  options: ConnectOptions,
  settings: WebSocketOptions,
  version: string,
): Promise<Socket> {
  const ws = await import('ws')
  const raw = dial(ws.WebSocket, address, options, version)
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      fail(unreachable(address, `no answer within ${options.timeoutMs} ms`))
    }, options.timeoutMs)
    const fail = (error: Error) => {
      clearTimeout(timer)
      // What a socket still says after its end was decided is no news.
      raw.on('error', () => undefined)
      raw.terminate()
      reject(error)
    }
    raw.once('unexpected-response', (_request, response) => {
      fail(refusalError(address, response, version))
      response.destroy()
    })
    raw.once('error', error => fail(connectError(address, error)))
    raw.once('upgrade', response => {
      if (settings.keepProcessAlive === false) response.socket.unref()
    })
    raw.once('open', () => {
      clearTimeout(timer)
      raw.removeAllListeners('error')
      raw.removeAllListeners('unexpected-response')
      resolve(new WsSocket(raw, address, settings.bufferedBytesMax ?? BUFFERED_BYTES_MAX))
    })
  })
}

function dial(
  Dialler: typeof WebSocket,
  address: Address,
  options: ConnectOptions,
  version: string,
): WebSocket {
  const scheme = options.ca === undefined ? 'ws' : 'wss'
  try {
    return new Dialler(
      `${scheme}://${describePlace(address)}${options.path}`,
      [subprotocolOf(version)],
      {
        ...receiverLimits(options.messageBytesMax),
        followRedirects: false,
        // Zeros: masking protects proxies from pages in browsers, which we are not, and costs 1.5 s a gigabyte.
        generateMask: mask => void mask.fill(0),
        headers: { ...options.headers, authorization: `Bearer ${options.token}` },
        ...(options.ca === undefined ? {} : { ca: options.ca, minVersion: 'TLSv1.3' }),
      },
    )
  } catch (error) {
    throw unreachable(address, error instanceof Error ? error.message : String(error))
  }
}

function receiverLimits(messageBytesMax: number) {
  return {
    closeTimeout: CLOSE_TIMEOUT_MS,
    perMessageDeflate: false,
    maxPayload: messageBytesMax,
    maxFragments: FRAGMENTS_MAX,
    // Small enough against a trickle of bytes, large enough for one message that arrives in packets.
    maxBufferedChunks: 1024 + Math.ceil(messageBytesMax / 512),
    allowSynchronousEvents: true,
  }
}
