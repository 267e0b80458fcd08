import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import type { GateAnswer, GateRequest, ListenOptions } from '#publib/env'
import {
  answer,
  answerRefusal,
  gateRequestOf,
  refusal,
  refusalOfForm,
  refuseUpgrade,
} from './http-answer.ts'

/** What a stranger may cost before the gate has spoken. */
const HTTP_OPTIONS = {
  headersTimeout: 4500,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 500,
  keepAliveTimeout: 5000,
  maxHeaderSize: 16_384,
  insecureHTTPParser: false,
  joinDuplicateHeaders: false,
}
const BODY_BYTES_MAX = 1024 * 1024

export interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
  readonly role: string
  readonly gateRequest: GateRequest
}

/** An HTTP server in which nothing happens, to no request of any kind, before `authorize` has allowed it. */
export function gatedServer(options: ListenOptions, onUpgrade: (upgrade: Upgrade) => void): Server {
  const server =
    options.tls === undefined
      ? createServer(HTTP_OPTIONS)
      : createTlsServer({
          ...HTTP_OPTIONS,
          key: options.tls.key,
          cert: options.tls.cert,
          minVersion: 'TLSv1.3',
          handshakeTimeout: HTTP_OPTIONS.headersTimeout,
        })
  server.on('request', (request, response) => {
    serve(options, request, response).catch(error => {
      response.destroy(error instanceof Error ? error : undefined)
    })
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A peer that goes away before it was answered is no news.
    socket.on('error', () => socket.destroy())
    const gateRequest = gateRequestOf(request)
    const verdict = ask(options, request, gateRequest)
    if (verdict.kind === 'refuse') return refuseUpgrade(socket, verdict)
    onUpgrade({ request, socket, head, role: verdict.role, gateRequest })
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
    refuseUpgrade(socket, refusalOfParser(error.code))
  })
  return server
}

/** The gate's word. A gate that breaks refuses. */
function ask(options: ListenOptions, request: IncomingMessage, asked: GateRequest): GateAnswer {
  try {
    return refusalOfForm(request) ?? options.authorize(asked)
  } catch {
    return refusal(500, 'gate_failed', 'the request could not be judged')
  }
}

async function serve(
  options: ListenOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const asked = gateRequestOf(request)
  const verdict = ask(options, request, asked)
  if (verdict.kind === 'refuse') return answerRefusal(response, verdict)
  if (options.onRequest === undefined) {
    return answerRefusal(response, refusal(426, 'websocket_only', 'this port speaks WebSocket'))
  }
  const body = await readBody(request)
  if (body === undefined) {
    const message = `a body of more than ${BODY_BYTES_MAX} bytes`
    return answerRefusal(response, refusal(413, 'body_too_large', message))
  }
  try {
    answer(response, await options.onRequest({ ...asked, body }, verdict.role))
  } catch {
    answerRefusal(response, refusal(500, 'internal', 'the request failed inside simSpark'))
  }
}

async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) return undefined
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Uint8Array).length
    if (size > BODY_BYTES_MAX) return undefined
    chunks.push(chunk as Uint8Array)
  }
  return Buffer.concat(chunks)
}

function refusalOfParser(code: string | undefined) {
  if (code === 'HPE_HEADER_OVERFLOW')
    return refusal(431, 'headers_too_large', 'headers above 16 KiB')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return refusal(408, 'too_slow', 'the request took too long')
  return refusal(400, 'bad_request', 'this is no HTTP request')
}
