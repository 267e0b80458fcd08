/** Every error of shipping, one function a kind. */
import { type CallSite, type ErrorCode, SimSparkError } from '#publib/util'

const MIB = 1024 * 1024

export interface NotShippable {
  readonly code?: ErrorCode | undefined
  readonly message: string
  readonly hint?: string | undefined
  readonly callSite?: CallSite | undefined
}

export function notShippable(refusal: NotShippable): SimSparkError {
  const { hint, callSite } = refusal
  const text = hint === undefined ? refusal.message : `${refusal.message}\n  hint: ${hint}`
  return new SimSparkError(refusal.code ?? 'CLOSURE_NOT_SHIPPABLE', text, { hint, callSite })
}

export function closureTooLarge(
  operation: string,
  bytes: number,
  bytesMax: number,
  variables: readonly string[],
  callSite: CallSite | undefined,
): SimSparkError {
  const hint = 'wrap it in sc.broadcast(), so that each executor fetches it once'
  const text =
    `${tooMuch(operation, bytes, variables)}, more than the limit of ${inMiB(bytesMax)}: ` +
    'wrap it in sc.broadcast()'
  return new SimSparkError('CLOSURE_TOO_LARGE', text, { hint, callSite })
}

/** `The function passed to rdd.map() carries 12.4 MiB of captured data (variable table 12.1 MiB)`. */
export function tooMuch(operation: string, bytes: number, variables: readonly string[]): string {
  const top = variables.length > 0 ? ` (${variables.join(', ')})` : ''
  return `The function passed to ${operation} carries ${inMiB(bytes)} of captured data${top}`
}

export function inMiB(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`
}

export function inspectorForbidden(cause: unknown, callSite?: CallSite): SimSparkError {
  const hint = 'start with --allow-inspector, or bind({ k }, ({ k }) => x => x * k)'
  return new SimSparkError(
    'INSPECTOR_FORBIDDEN',
    'Reading captured variables needs node:inspector, which this process forbids (--permission). ' +
      'Start with --allow-inspector, or pass captures explicitly: bind({ k }, ({ k }) => x => x * k)',
    { hint, callSite, cause },
  )
}

export function realmInvisible(): SimSparkError {
  return new SimSparkError(
    'INSPECTOR_FORBIDDEN',
    'Reading captured variables needs node:inspector, which does not see the realm that simSpark ' +
      'was loaded into. Pass captures explicitly: bind({ k }, ({ k }) => x => x * k)',
  )
}

export function closureCompileFailed(what: string, cause: unknown): SimSparkError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new SimSparkError(
    'CLOSURE_COMPILE_FAILED',
    `A shipped function could not be made on the executor: ${what}: ${why}`,
    { cause, hint: 'driver and executors should run the same version of Node' },
  )
}

export function payloadMalformed(what: string): SimSparkError {
  return new SimSparkError(
    'CLOSURE_COMPILE_FAILED',
    `The bytes of a shipped function are not readable: ${what}`,
    { hint: 'driver and executors must run the same version of simSpark' },
  )
}

export function moduleMissing(message: string, cause?: unknown): SimSparkError {
  return new SimSparkError('MODULE_MISSING', message, {
    cause,
    hint: 'install the package where the executors run, in the version that the driver has',
  })
}

export function reviverMissing(kind: string): SimSparkError {
  return new SimSparkError(
    'CLOSURE_COMPILE_FAILED',
    `A shipped function holds a value of kind '${kind}', which this executor cannot make`,
    { hint: 'driver and executors must run the same version of simSpark' },
  )
}

export function touchedUnshippable(message: string): SimSparkError {
  return new SimSparkError('CLOSURE_NOT_SHIPPABLE', message)
}
