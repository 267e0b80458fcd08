import { SimSparkError } from '#publib/util'

/** The journal has changed since it was written; going on could forget applications. */
export function journalCorrupt(path: string, offset: number, copy: string): SimSparkError {
  const message = `The master's journal ${path} is damaged at byte ${offset}; nothing was changed, a copy is ${copy}`
  const hint =
    'Restore the state folder, or start with --accept-data-loss: what stands after the damage and can be read is kept.'
  return new SimSparkError('CORRUPT_FILE', `${message}. ${hint}`, { hint })
}

/** The journal cannot be written: what a master would promise, it could not keep. */
export function journalLost(path: string, cause: unknown): SimSparkError {
  const why = cause instanceof Error ? cause.message : String(cause)
  const message = `The master steps down: its journal ${path} cannot be written (${why})`
  const hint = 'Running applications go on. Mend the disk and start the master again.'
  return new SimSparkError('CORRUPT_FILE', message, { hint, cause })
}
