import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { GateAnswer, GateRequest, HttpAnswer } from '#publib/env'
import { PEER_HEADER, REFUSAL_HEADER } from './headers.ts'
import { plainAddress } from './listen-address.ts'

const HEADER_COUNT_MAX = 100

type Refusal = Extract<GateAnswer, { kind: 'refuse' }>

/** What every answer carries, so that a page of another site can make nothing of it. */
const SAFE_HEADERS: Readonly<Record<string, string>> = {
  [PEER_HEADER]: '1',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'self'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** The request as the gate sees it: every value of every header, none merged, none dropped. */
export function gateRequestOf(request: IncomingMessage): GateRequest {
  const headers = new Map<string, string[]>()
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = String(request.rawHeaders[index]).toLowerCase()
    const value = String(request.rawHeaders[index + 1])
    const values = headers.get(name)
    if (values === undefined) headers.set(name, [value])
    else values.push(value)
  }
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers,
    remoteAddress: plainAddress(request.socket.remoteAddress),
  }
}

/** What is refused of any request, before the gate is asked. */
export function refusalOfForm(request: IncomingMessage): Refusal | undefined {
  if (request.rawHeaders.length > 2 * HEADER_COUNT_MAX) {
    return refusal(431, 'too_many_headers', `more than ${HEADER_COUNT_MAX} headers`)
  }
  return undefined
}

export function refusal(status: number, code: string, message: string): Refusal {
  return { kind: 'refuse', status, code, message }
}

/** Answers a plain request. After a refusal the connection is closed, so that a body unread costs nothing. */
export function answer(response: ServerResponse, answer: HttpAnswer): void {
  const body = Buffer.from(answer.body)
  response.writeHead(answer.status, {
    ...SAFE_HEADERS,
    ...answer.headers,
    'content-length': body.length,
  })
  response.end(body)
}

export function answerRefusal(response: ServerResponse, refused: Refusal): void {
  const { status, body, headers } = refusalAnswer(refused)
  response.shouldKeepAlive = false
  answer(response, { status, body, headers: { ...headers, connection: 'close' } })
}

/** Answers an upgrade that is not granted, on the bare socket, and closes it. */
export function refuseUpgrade(
  socket: Duplex,
  refused: Refusal,
  extra: Readonly<Record<string, string>> = {},
): void {
  const { status, body, headers } = refusalAnswer(refused)
  const length = String(Buffer.byteLength(body))
  const all = {
    ...SAFE_HEADERS,
    ...headers,
    ...extra,
    connection: 'close',
    'content-length': length,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`, ...lines].join('\r\n')
  socket.once('finish', () => socket.destroy())
  socket.end(`${head}\r\n\r\n${body}`)
}

function refusalAnswer({ status, code, message }: Refusal) {
  const headers = { 'content-type': 'application/json', [REFUSAL_HEADER]: code }
  return { status, headers, body: JSON.stringify({ error: { code, message } }) }
}
