import type { IncomingMessage } from 'node:http'
import type { Address } from '#publib/env'
import type { SimSparkError } from '#publib/util'
import { notSimSpark, refused, unreachable, versionMismatch } from './errors.ts'
import { PEER_HEADER, REFUSAL_HEADER, VERSION_HEADER } from './headers.ts'

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET:
    'it closed the connection without an answer, as another program or one that wants TLS would',
  EHOSTUNREACH: 'no route to that host',
  ENETUNREACH: 'no route to that network',
  ENOTFOUND: 'that name is not known',
  EAI_AGAIN: 'the name service does not answer',
  ETIMEDOUT: 'no answer',
  EMFILE: 'this process has no more file descriptors',
  EADDRNOTAVAIL: 'this machine has no more local ports',
}

/** What a failed dial means. */
export function connectError(address: Address, error: NodeJS.ErrnoException): SimSparkError {
  const code = error.code ?? firstCode(error)
  const why = code === undefined ? undefined : REASONS[code]
  if (why !== undefined) return unreachable(address, `${why} (${code})`, error)
  if (isCertificateError(code)) {
    return unreachable(address, `its certificate is not trusted (${code})`, error)
  }
  return notSimSpark(address, error.message)
}

/** What an HTTP answer in place of a WebSocket means. */
export function refusalError(
  address: Address,
  response: IncomingMessage,
  version: string,
): SimSparkError {
  const status = response.statusCode ?? 0
  if (response.headers[PEER_HEADER] === undefined) {
    return notSimSpark(address, `HTTP ${status} from another server`)
  }
  const theirs = response.headers[VERSION_HEADER]
  if (status === 426 && theirs !== undefined) {
    return versionMismatch(address, version, shown(theirs))
  }
  return refused(address, status, shown(response.headers[REFUSAL_HEADER]))
}

/** A text of the peer's, short and without control characters. */
function shown(text: string | string[] | undefined): string {
  return String(text ?? 'no reason given')
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 64)
}

/** A name with several addresses fails with one error of several. */
function firstCode(error: unknown): string | undefined {
  const [first] = error instanceof AggregateError ? error.errors : []
  return (first as NodeJS.ErrnoException | undefined)?.code
}

function isCertificateError(code: string | undefined): boolean {
  return code !== undefined && /CERT|ISSUER|SELF_SIGNED|VERIFY|CHAIN/.test(code)
}
