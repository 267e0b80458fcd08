import { SimSparkError } from '#publib/util'

/** What every command ends with. `status` has a table of its own. */
export const ExitCode = {
  /** Also: start when it runs already, stop when it does not run, each with a message. */
  ok: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  /** For safety. */
  refused: 4,
  /** Disk, limits, permissions, ports. */
  environment: 7,
  /** A bug of simSpark ended a daemon. */
  internal: 70,
} as const
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

/** What `status` ends with, after the Linux Standard Base. */
export const StatusCode = { running: 0, dead: 1, notRunning: 3, silent: 4 } as const

/** An end of a command: what to tell the user, and the code. Never shown with a stack. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.exitCode = exitCode
  }
}

const ENVIRONMENT_ERRORS: ReadonlySet<string> = new Set([
  ...['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EMFILE', 'ENFILE'],
  ...['ENOMEM', 'EAGAIN', 'EADDRINUSE', 'EADDRNOTAVAIL', 'ENAMETOOLONG', 'ENOENT', 'ENOTDIR'],
])

/** The exit code that an error calls for. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode
  if (error instanceof SimSparkError) return codeOfSimSparkError(error)
  const code = errnoOf(error)
  return code !== undefined && ENVIRONMENT_ERRORS.has(code) ? ExitCode.environment : ExitCode.failed
}

/** The operating system's name of an error, as ENOSPC; undefined for others. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return typeof code === 'string' ? code : undefined
}

function codeOfSimSparkError(error: SimSparkError): ExitCode {
  switch (error.code) {
    case 'INVALID_ARGUMENT':
    case 'INVALID_SETTING':
    case 'UNKNOWN_SETTING':
    case 'PATH_NOT_FOUND':
    case 'FILE_UNREADABLE':
      return ExitCode.usage
    case 'MASTER_UNREACHABLE':
    case 'VERSION_MISMATCH':
      return ExitCode.unreachable
    case 'NOT_AUTHENTICATED':
    case 'NOT_AUTHORIZED':
    case 'PATH_REFUSED':
      return ExitCode.refused
    case 'DISK_FULL':
    case 'DISK_QUOTA':
    case 'CORRUPT_FILE':
      return ExitCode.environment
    default:
      return error.cause === undefined ? ExitCode.failed : exitCodeOf(error.cause)
  }
}
