import { SimSparkError } from '#publib/util'

/** A cached partition that was on disk cannot be read: the retry computes it again. */
export function cachedFileDamaged(path: string, why: string): SimSparkError {
  return new SimSparkError(
    'CORRUPT_BLOCK',
    `A cached partition in ${path} cannot be read back: ${why}.`,
    {
      retryable: true,
      hint: 'The file was changed while the application ran; the partition is computed again.',
    },
  )
}

/** A write that failed: what the disk says, in words. Other errors pass as they are. */
export function writeFailed(path: string, error: unknown): unknown {
  const code = (error as { readonly code?: unknown } | null)?.code
  const fields = { cause: error, retryable: true }
  if (code === 'ENOSPC') {
    return new SimSparkError('DISK_FULL', `No space is left on the disk of ${path}.`, {
      ...fields,
      hint: 'Free space there, or give executors another folder (simspark.local.dir).',
    })
  }
  if (code === 'EDQUOT') {
    return new SimSparkError('DISK_QUOTA', `The disk quota for ${path} is used up.`, fields)
  }
  return error
}
