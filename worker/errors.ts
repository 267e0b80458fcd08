import { SimSparkError } from '#publib/util'

/** The file that says who the worker is makes no sense. */
export function identityUnreadable(path: string, cause: unknown): SimSparkError {
  const hint = 'Delete it: the worker then starts as a new one.'
  return new SimSparkError(
    'CORRUPT_FILE',
    `The worker's identity ${path} cannot be read. ${hint}`,
    {
      hint,
      cause,
    },
  )
}

/** The master answered, and does not want this worker. */
export function notRegistered(master: string, reason: string): SimSparkError {
  return new SimSparkError(
    'APPLICATION_REFUSED',
    `The master ${master} refuses this worker: ${reason}`,
  )
}
