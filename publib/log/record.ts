import { SimSparkError, textOf } from '#publib/util'
import type { LogFields, LogLevel } from './logger.ts'
import type { Redactor } from './redactor.ts'

/** One line of a log before it is written: nothing in it is long, secret or able to begin a line. */
export interface LogRecord {
  readonly level: LogLevel
  readonly component: string
  readonly wallTimeMs: number
  readonly event: string
  readonly fields: Readonly<Record<string, string | number | boolean>>
}

const TEXT_MAX = 200
const STACK_MAX = 4000
const FIELDS_MAX = 32
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g

export function makeRecord(
  about: Pick<LogRecord, 'level' | 'component' | 'wallTimeMs'>,
  event: string,
  given: LogFields,
  redactor: Redactor,
): LogRecord {
  const entries = Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .slice(0, FIELDS_MAX)
    .flatMap(([key, value]) => entriesOf(clean(key, TEXT_MAX), value, about.level, redactor))
  return {
    ...about,
    event: clean(redactor.text(event), TEXT_MAX),
    fields: Object.fromEntries(entries),
  }
}

type Entry = readonly [string, string | number | boolean]

function entriesOf(key: string, value: unknown, level: LogLevel, redactor: Redactor): Entry[] {
  if (value instanceof Error) return errorEntries(key, value, level, redactor)
  if (typeof value === 'number' && Number.isFinite(value)) return [[key, value]]
  if (typeof value === 'boolean') return [[key, value]]
  return [[key, clean(redactor.field(key, asText(value, redactor)), TEXT_MAX)]]
}

/** A stack only where the error is a bug of ours: of operating errors the code and message say all. */
function errorEntries(key: string, error: Error, level: LogLevel, redactor: Redactor): Entry[] {
  const message: Entry = [key, clean(redactor.text(textOf(error)), TEXT_MAX)]
  const code = (error as { code?: unknown }).code
  if (typeof code === 'string') return [[`${key}Code`, clean(code, TEXT_MAX)], message]
  if (error instanceof SimSparkError || level !== 'error') return [message]
  return [message, ['stack', clean(redactor.text(String(error.stack)), STACK_MAX)]]
}

function asText(value: unknown, redactor: Redactor): string {
  if (typeof value !== 'object' || value === null) return textOf(value)
  try {
    return JSON.stringify(value, (key, inner) =>
      typeof inner === 'bigint' ? String(inner) : redactor.isSecretKey(key) ? '[hidden]' : inner,
    )
  } catch {
    return 'a value that cannot be shown as text'
  }
}

/** One line without control characters: what comes from others cannot forge a line or steer a terminal. */
function clean(text: string, lengthMax: number): string {
  const cut = text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text
  return cut.replace(CONTROL, character => {
    if (character === '\n') return '\\n'
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
