import { SimSparkError, showValue, textOf } from '#publib/util'

export function pathNotFound(path: string, why: string): SimSparkError {
  return new SimSparkError(
    'PATH_NOT_FOUND',
    `There is nothing to read at ${quoted(path)}: ${why}.`,
    {
      hint: 'Check the path. It is looked up on the driver, and must be the same on every worker.',
    },
  )
}

export function pathRefused(path: string, why: string, hint?: string): SimSparkError {
  return new SimSparkError('PATH_REFUSED', `${quoted(path)} cannot be read: ${why}.`, { hint })
}

export function fileUnreadable(path: string, why: string, cause?: unknown): SimSparkError {
  return new SimSparkError('FILE_UNREADABLE', `${quoted(path)} cannot be read: ${why}.`, {
    cause,
    retryable: true,
    hint: 'Every worker reads it by the same path: it must be there, readable and unchanged while the job runs.',
  })
}

export function corruptFile(
  path: string,
  why: string,
  fields: { cause?: unknown; hint?: string } = {},
): SimSparkError {
  return new SimSparkError(
    'CORRUPT_FILE',
    `${quoted(path)} is not what it should be: ${why}.`,
    fields,
  )
}

/** A codec that nobody here knows. */
export function codecUnknown(codec: string, what: string, known: readonly string[]): SimSparkError {
  return new SimSparkError(
    'CODEC_UNAVAILABLE',
    `${what} is compressed with ${codec}, which is not supported here.`,
    { hint: `Supported are ${known.join(', ')}.` },
  )
}

/** A codec whose package is not installed, or that nobody writes. */
export function codecUnavailable(
  codec: string,
  what: string,
  needed: string | undefined,
  others: readonly string[] = [],
): SimSparkError {
  const why =
    needed === undefined
      ? 'nothing here does'
      : `the package ${needed} does, which is not installed`
  const instead = `Use one of ${others.join(', ')}.`
  return new SimSparkError('CODEC_UNAVAILABLE', `${what} with ${codec}: ${why}.`, {
    hint: needed === undefined ? instead : `Run: npm install ${needed}, on every worker.`,
  })
}

/** A package that need not be installed, and is not. */
export function packageMissing(name: string, what: string, cause: unknown): SimSparkError {
  const message = `${what} needs the package ${name}, which cannot be loaded: ${textOf(cause)}.`
  const hint = `Run: npm install ${name}, on every worker.`
  return new SimSparkError('MODULE_MISSING', message, { cause, hint })
}

/** A column that was asked for. */
export function columnMissing(path: string, name: string, known: readonly string[]): SimSparkError {
  const message = `${quoted(path)} has no column ${quoted(name)}: it has ${known.join(', ')}.`
  return new SimSparkError('INVALID_ARGUMENT', message)
}

/** A value that is not of its column's type; undefined: what is no row. */
export function notAColumn(
  column: { readonly name: string; readonly type: string } | undefined,
  value: unknown,
): SimSparkError {
  const shown = showValue(value)
  const message =
    column === undefined
      ? `A row of Parquet is an object or an array, and this is ${shown}.`
      : `Column ${quoted(column.name)} holds values of type ${column.type}, and this is ${shown}.`
  const hint = 'Types are found from the first rows: say schema to choose them.'
  return new SimSparkError('VALUE_NOT_ENCODABLE', message, { hint })
}

export function outputExists(path: string): SimSparkError {
  return new SimSparkError('OUTPUT_EXISTS', `There is something at ${quoted(path)} already.`, {
    hint: "Choose another path, or say mode: 'overwrite', 'append' or 'ignore'.",
  })
}

export function outputRefused(path: string, why: string): SimSparkError {
  return new SimSparkError('OUTPUT_REFUSED', `Nothing is written to ${quoted(path)}: ${why}.`)
}

export function commitFailed(path: string, why: string, cause?: unknown): SimSparkError {
  return new SimSparkError(
    'COMMIT_FAILED',
    `The output ${quoted(path)} could not be committed: ${why}.`,
    {
      cause,
      hint: 'What was there before is still there.',
    },
  )
}

export function notText(cause: unknown): SimSparkError {
  return new SimSparkError('VALUE_NOT_ENCODABLE', 'An element cannot be written as text.', {
    cause,
    hint: 'Map elements to strings first.',
  })
}

export function notJson(value: unknown, cause: unknown): SimSparkError {
  return new SimSparkError(
    'VALUE_NOT_ENCODABLE',
    `An element cannot be written as JSON: ${cause === undefined ? showValue(value) : textOf(cause)}.`,
    { cause, hint: 'Map elements to what JSON can hold: no bigint, no undefined, no cycle.' },
  )
}

/** Names of files may hold anything: in messages they stand on one line. */
function quoted(path: string): string {
  return JSON.stringify(path)
}

/** What the disk says when a part is written, in words; other errors pass as they are. */
export function outputWriteFailed(path: string, error: unknown): unknown {
  const code = (error as { readonly code?: unknown } | null)?.code
  if (code === 'ENOSPC') {
    return new SimSparkError('DISK_FULL', `No space is left on the disk of ${quoted(path)}.`, {
      cause: error,
    })
  }
  if (code === 'EDQUOT') {
    return new SimSparkError('DISK_QUOTA', `The disk quota for ${quoted(path)} is used up.`, {
      cause: error,
    })
  }
  return error
}

/** A record that cannot be read as what it should be. */
export function malformedRecord(
  path: string,
  place: { readonly line: number | undefined; readonly byte: number | undefined },
  why: string,
  hint?: string,
): SimSparkError {
  const line = place.line === undefined ? '' : `, line ${place.line}`
  const byte = place.byte === undefined ? '' : `, byte ${place.byte}`
  return new SimSparkError('MALFORMED_RECORD', `${quoted(path)}${line}${byte}: ${why}.`, {
    hint:
      hint ??
      "Mend the file, or leave such records out (mode: 'dropMalformed') or keep what can be read (mode: 'permissive').",
  })
}
