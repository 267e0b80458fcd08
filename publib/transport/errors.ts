import { SimSparkError } from '#publib/util'

interface Place {
  readonly host: string
  readonly port: number
}

/** `127.0.0.1:7077`, `[::1]:7077`. */
export function describePlace({ host, port }: Place): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

export function unreachable(place: Place, why: string, cause?: unknown): SimSparkError {
  return new SimSparkError('MASTER_UNREACHABLE', `Cannot reach ${describePlace(place)}: ${why}`, {
    hint: 'Check host and port, and that the process there runs: simspark-master status.',
    host: place.host,
    retryable: true,
    cause,
  })
}

export function notSimSpark(place: Place, why: string): SimSparkError {
  const where = describePlace(place)
  const message = `${where} answered, but is not a simSpark of this kind: ${why}`
  const hint = 'Another program listens on that port, or it speaks TLS and this side does not.'
  return new SimSparkError('MASTER_UNREACHABLE', message, { hint, host: place.host })
}

/** What a refused handshake means. `code` is the gate's, from the peer: shown, never trusted. */
export function refused(place: Place, status: number, code: string): SimSparkError {
  const where = describePlace(place)
  const fields = { host: place.host }
  if (status === 401) {
    return new SimSparkError('NOT_AUTHENTICATED', `${where} does not accept the token (${code})`, {
      ...fields,
      hint: 'Use the secret of that cluster: --secret-file, or simspark.authenticate.secretFile.',
    })
  }
  if (status === 403) {
    return new SimSparkError('NOT_AUTHORIZED', `${where} refuses this connection (${code})`, fields)
  }
  if (status === 429 || status === 503) {
    return unreachable(place, `it takes no more connections now (${code})`)
  }
  return notSimSpark(place, `it refused with ${status} (${code})`)
}

export function versionMismatch(place: Place, own: string, theirs: string): SimSparkError {
  const message = `${describePlace(place)} runs simSpark ${theirs}, this is ${own}`
  return new SimSparkError('VERSION_MISMATCH', message, {
    hint: 'All processes of a cluster must run the same version: install one of the two on both sides.',
    host: place.host,
  })
}

export function badListenHost(host: string, why: string): SimSparkError {
  return new SimSparkError('INVALID_ARGUMENT', `Cannot listen on "${host}": ${why}`, {
    hint: 'Name an address of this machine, such as 127.0.0.1.',
  })
}

export function boundElsewhere(wanted: string, bound: string): SimSparkError {
  return new SimSparkError('INTERNAL', `Listening on ${wanted} bound ${bound}; the port was closed`)
}
