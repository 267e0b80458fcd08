/** Every code an error of simSpark can have. The list grows; no code changes its meaning. */
export type ErrorCode =
  // calls
  | 'INVALID_ARGUMENT'
  | 'INVALID_SETTING'
  | 'UNKNOWN_SETTING'
  | 'EMPTY_RDD'
  | 'PARTITIONS_MISMATCH'
  | 'STORAGE_LEVEL_SET'
  | 'CHECKPOINT_DIR_NOT_SET'
  | 'FILE_NAME_TAKEN'
  | 'CONTEXT_STOPPED'
  | 'CONTEXT_IN_TASK'
  | 'NOT_IN_TASK'
  | 'NOT_IN_BARRIER'
  // functions and their values
  | 'CLOSURE_NOT_SHIPPABLE'
  | 'CLOSURE_TOO_LARGE'
  | 'CLOSURE_COMPILE_FAILED'
  | 'INSPECTOR_FORBIDDEN'
  | 'MODULE_MISSING'
  | 'NESTED_RDD'
  | 'UNEXPECTED_PROMISE'
  | 'NOT_ITERABLE'
  | 'VALUE_NOT_ENCODABLE'
  | 'INVALID_PARTITION'
  | 'BROADCAST_DESTROYED'
  | 'ACCUMULATOR_READ'
  | 'ACCUMULATOR_NOT_REGISTERED'
  // tasks and jobs
  | 'TASK_FAILED'
  | 'TASK_TIMEOUT'
  | 'TASK_KILLED'
  | 'TASK_KILLS_EXECUTORS'
  | 'STAGE_FAILED'
  | 'JOB_CANCELLED'
  | 'RESULT_TOO_LARGE'
  | 'NOT_DETERMINISTIC'
  | 'COMMAND_FAILED'
  | 'BARRIER_SLOTS'
  | 'BARRIER_TIMEOUT'
  | 'RESOURCES_CONFLICT'
  // machines
  | 'EXECUTOR_LOST'
  | 'EXECUTOR_EXITED'
  | 'OUT_OF_MEMORY'
  | 'FETCH_FAILED'
  | 'CORRUPT_BLOCK'
  | 'CHECKPOINT_LOST'
  | 'DISK_FULL'
  | 'DISK_QUOTA'
  | 'MASTER_UNREACHABLE'
  | 'APPLICATION_REFUSED'
  | 'NOT_AUTHENTICATED'
  | 'NOT_AUTHORIZED'
  | 'VERSION_MISMATCH'
  // files, and simSpark itself
  | 'PATH_NOT_FOUND'
  | 'PATH_REFUSED'
  | 'FILE_UNREADABLE'
  | 'CORRUPT_FILE'
  | 'MALFORMED_RECORD'
  | 'CODEC_UNAVAILABLE'
  | 'OUTPUT_EXISTS'
  | 'OUTPUT_REFUSED'
  | 'COMMIT_FAILED'
  | 'INTERNAL'

/** A place in the user's source. Lines and columns count from 1. */
export type CallSite = Readonly<{ file: string; line: number; column: number }>

/** What an error knows beside its message. */
export interface ErrorFields {
  readonly hint?: string | undefined
  readonly retryable?: boolean | undefined
  readonly callSite?: CallSite | undefined
  readonly applicationId?: string | undefined
  readonly executorId?: string | undefined
  readonly host?: string | undefined
  readonly jobId?: number | undefined
  readonly stageId?: number | undefined
  readonly stageAttempt?: number | undefined
  readonly partition?: number | undefined
  readonly attempt?: number | undefined
  readonly cause?: unknown
}

/** An error as plain data, as it crosses processes. */
export interface ErrorData extends Omit<ErrorFields, 'cause'> {
  readonly name: string
  readonly code: ErrorCode | undefined
  readonly message: string
  readonly stack: string | undefined
  readonly cause?: ErrorData | undefined
}

/**
 * What went wrong, to whom, why and what to do. What a user's function threw is the `cause`.
 *
 * @example
 * try { await rdd.collect() } catch (error) {
 *   if (error instanceof SimSparkError && error.code === 'TASK_FAILED') console.error(error.cause)
 * }
 */
export class SimSparkError extends Error {
  override readonly name = 'SimSparkError'
  readonly code: ErrorCode
  /** What to do. */
  declare readonly hint: string | undefined
  /** Whether the same call may succeed later. */
  readonly retryable: boolean
  /** The transformation's line, for what it refuses; else the action's. */
  declare readonly callSite: CallSite | undefined
  declare readonly applicationId: string | undefined
  declare readonly executorId: string | undefined
  declare readonly host: string | undefined
  declare readonly jobId: number | undefined
  declare readonly stageId: number | undefined
  declare readonly stageAttempt: number | undefined
  declare readonly partition: number | undefined
  declare readonly attempt: number | undefined

  constructor(code: ErrorCode, message: string, fields: ErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.code = code
    this.retryable = fields.retryable ?? false
    // Only what is known becomes a property: an error that is printed shows no row of undefined.
    Object.assign(this, knownOf(fields))
  }

  /** All of it as plain data; the stack is cut at 64 KiB. */
  toJSON(): ErrorData {
    return errorToData(this)
  }
}

const TEXT_MAX = 65_536
const CAUSES_MAX = 8

/** Any thrown value as plain data. Never throws itself, whatever was thrown. */
export function errorToData(thrown: unknown, depth = 0): ErrorData {
  const message = cut(textOf(thrown))
  if (!(thrown instanceof Error)) {
    return { name: 'Thrown', code: undefined, message, stack: undefined }
  }
  const cause = depth < CAUSES_MAX ? safely(() => thrown.cause) : undefined
  const own =
    thrown instanceof SimSparkError ? { ...knownOf(thrown), retryable: thrown.retryable } : {}
  return {
    ...own,
    name: cut(String(safely(() => thrown.name) ?? 'Error')),
    code: thrown instanceof SimSparkError ? thrown.code : undefined,
    message,
    stack: cut(String(safely(() => thrown.stack) ?? '')) || undefined,
    ...(cause === undefined ? {} : { cause: errorToData(cause, depth + 1) }),
  }
}

/** The error that `errorToData` described; what was no SimSparkError becomes an Error of the same name. */
export function errorFromData(data: ErrorData): Error {
  const cause = data.cause === undefined ? undefined : errorFromData(data.cause)
  if (data.code !== undefined) {
    const error = new SimSparkError(data.code, data.message, { ...data, cause })
    return withStack(error, data.stack)
  }
  const error = new Error(data.message, cause === undefined ? undefined : { cause })
  Object.defineProperty(error, 'name', { value: data.name, configurable: true, writable: true })
  return withStack(error, data.stack)
}

/** What a thrown value says, as text. Never throws. */
export function textOf(thrown: unknown): string {
  const text = safely(() => (thrown instanceof Error ? String(thrown.message) : String(thrown)))
  return text ?? 'a value that cannot be shown as text'
}

const FIELDS = [
  ...(['hint', 'callSite', 'applicationId', 'executorId', 'host'] as const),
  ...(['jobId', 'stageId', 'stageAttempt', 'partition', 'attempt'] as const),
]

function knownOf(fields: ErrorFields): Omit<ErrorFields, 'cause'> {
  const known = FIELDS.filter(name => fields[name] !== undefined)
  return Object.fromEntries(known.map(name => [name, fields[name]]))
}

function withStack<E extends Error>(error: E, stack: string | undefined): E {
  if (stack !== undefined) {
    Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true })
  }
  return error
}

function cut(text: string): string {
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text
}

function safely<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
