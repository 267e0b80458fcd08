import { v } from '#publib/schema'
import {
  type ApplicationId,
  type ExecutorId,
  type HostId,
  type Incarnation,
  isIdText,
  type MasterEpoch,
  type WorkerId,
} from '#publib/util'
import { count, list, text } from './decode.ts'

/** Sizes that bound what a peer may claim. */
const EXECUTORS_MAX = 4096
const MEMORY_MIB_MAX = 16 * 1024 * 1024

/** An application's id names folders: never a path, never a device. */
const APPLICATION_ID = /^app-[A-Za-z0-9-]{1,60}$/
const WORKER_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

export const applicationIdShape = v.custom<ApplicationId>(
  value => typeof value === 'string' && APPLICATION_ID.test(value),
  'an id of an application is expected',
)
export const workerIdShape = v.custom<WorkerId>(
  value => typeof value === 'string' && WORKER_ID.test(value),
  'an id of a worker is expected',
)
export const executorIdShape = idShape<ExecutorId>('executor')
export const hostIdShape = idShape<HostId>('host')
export const executorIdsShape = list(executorIdShape, EXECUTORS_MAX)
export const someExecutorIdsShape = v.pipe(executorIdsShape, v.minLength(1))
export const epochShape = v.pipe(
  count(),
  v.transform(value => value as MasterEpoch),
)
export const incarnationShape = v.pipe(
  count(),
  v.transform(value => value as Incarnation),
)
export const portShape = count(65_535)
export const openPortShape = v.pipe(portShape, v.minValue(1))
export const memoryShape = v.pipe(count(MEMORY_MIB_MAX), v.minValue(1))
export const coresShape = v.pipe(count(EXECUTORS_MAX), v.minValue(1))
/** A name or an address: no path, no port, no user. */
export const hostShape = v.pipe(text(253), v.regex(/^[A-Za-z0-9._:%-]+$/))
/** Shown to people: anything but control characters, which would make lines of their own in a log. */
export const shownShape = v.pipe(
  text(1000),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  v.regex(/^[^\u0000-\u001f\u007f]*$/, 'control characters are not allowed'),
)
const DAY_MS = 86_400_000
const GIB = 2 ** 30
/** No character that would end it in the block of variables of a process. */
const variableShape = v.pipe(text(16_384), v.excludes('\u0000'))
const part = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
export const hostSettingsShape = v.strictObject({
  memoryFraction: part,
  storageFraction: part,
  fetchBytesInFlightMax: v.pipe(count(4 * GIB), v.minValue(1)),
  fetchRetriesMax: count(1000),
  messageBytesMax: v.pipe(count(GIB), v.minValue(1)),
  leaseMs: v.pipe(count(DAY_MS), v.minValue(1)),
  environment: v.pipe(
    v.record(v.pipe(text(128), v.regex(/^[A-Za-z_]\w*$/)), variableShape),
    v.check(variables => Object.keys(variables).length <= 100, 'at most 100 variables'),
  ),
})
export const messageShape = text(16_384)
export const codeShape = v.pipe(text(64), v.regex(/^[A-Za-z0-9_]+$/))
export const versionShape = v.pipe(text(64), v.regex(/^[A-Za-z0-9.+-]+$/))
export const tokenShape = v.pipe(text(256), v.regex(/^[A-Za-z0-9._~+/=-]+$/))

function idShape<Id extends string>(kind: string) {
  return v.custom<Id>(
    value => typeof value === 'string' && isIdText(value),
    `an id of ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind} is expected`,
  )
}
