import { SimSparkError } from '#publib/util'

/** The master took the connection and then said nothing. */
export function masterSilent(place: string, waitedMs: number): SimSparkError {
  const message = `The master at ${place} did not register the application within ${waitedMs} ms`
  const hint = 'Look at it with: simspark-master status.'
  return new SimSparkError('MASTER_UNREACHABLE', message, { hint, retryable: true })
}

/** The master does not want the application, or does not want it any more. */
export function applicationRefused(place: string, code: string, reason: string): SimSparkError {
  const known = code === 'NOT_AUTHORIZED' || code === 'VERSION_MISMATCH'
  const message = `The master at ${place} refuses this application: ${reason}`
  return new SimSparkError(known ? code : 'APPLICATION_REFUSED', message)
}

/** The machinery that keeps executors is broken. */
export function leaseThreadEnded(cause: unknown): SimSparkError {
  const message =
    'The thread that holds the leases on executors has ended; the application cannot go on'
  return new SimSparkError('INTERNAL', message, { cause })
}

/** A part of a local cluster did not start. */
export function localClusterFailed(what: string, reason: string): SimSparkError {
  const message = `The ${what} of the local cluster did not start: ${reason}`
  return new SimSparkError('MASTER_UNREACHABLE', message)
}
