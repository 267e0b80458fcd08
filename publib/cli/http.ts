import { readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

/** One request to a daemon. */
export interface DaemonRequest {
  readonly method: 'GET' | 'POST'
  readonly host: string
  readonly port: number
  readonly path: string
  /** Sent as `Authorization: Bearer …`. */
  readonly token: string
  /** PEM file of the authority to trust; its presence means TLS. */
  readonly caFile?: string | undefined
  /** For connection and answer together. */
  readonly timeoutMs: number
}

export interface DaemonReply {
  readonly status: number
  /** Whether simSpark answered, and not some other server. */
  readonly isSimSpark: boolean
  readonly body: string
}

const BODY_BYTES_MAX = 64 * 1024

/** Asks a daemon; rejects with the socket's error, or with ETIMEDOUT when the whole takes too long. */
export function askDaemon(options: DaemonRequest): Promise<DaemonReply> {
  const { method, port, path, token, caFile, timeoutMs } = options
  const signal = AbortSignal.timeout(timeoutMs)
  const host = dialled(options.host)
  const common = {
    ...{ host, port, path, method, signal, agent: false as const },
    headers: { authorization: `Bearer ${token}`, connection: 'close' },
  }
  return new Promise((resolve, reject) => {
    const request =
      caFile === undefined
        ? httpRequest(common)
        : httpsRequest({ ...common, ca: readFileSync(caFile), minVersion: 'TLSv1.3' })
    const fail = (error: Error): void => reject(signal.aborted ? timedOut() : error)
    request.once('error', fail)
    request.once('response', response => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        body += text
        if (body.length > BODY_BYTES_MAX) request.destroy(new Error('the answer is too long'))
      })
      response.once('error', fail)
      const isSimSpark = response.headers['x-simspark'] !== undefined
      response.once('end', () => resolve({ status: response.statusCode ?? 0, isSimSpark, body }))
    })
    request.end()
  })
}

/** What is bound to every address is reached through the loopback one. */
function dialled(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}

function timedOut(): NodeJS.ErrnoException {
  return Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })
}
