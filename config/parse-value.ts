import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { shownValue } from './errors.ts'
import type { Setting } from './setting.ts'
import {
  formatDuration,
  formatSize,
  parseDuration,
  parseSize,
  SIZE_FORMS,
  TIME_FORMS,
  unitFactor,
} from './units.ts'

/** A value as it is used: numbers in bytes and milliseconds, paths absolute. */
export type Value = string | number | boolean | readonly string[]

export type Parsed =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly why: string }

/** Where a value stood. */
export interface ValueContext {
  /** The file has types of its own (JSON, YAML): then `"false"` is a text and no boolean, and `"2000"` no number. */
  readonly typed: boolean
  /** What relative paths count from; called only for these, since the current folder may be gone. */
  readonly baseDir: () => string
}

/** Takes a raw value as what its setting's row says, or tells what would be legal. */
export function parseValue(setting: Setting, raw: unknown, context: ValueContext): Parsed {
  switch (setting.type) {
    case 'text':
      return parseText(raw, context)
    case 'choice':
      return parseChoice(setting, raw)
    case 'boolean':
      return parseBoolean(raw, context)
    case 'integer':
      return inRange(
        setting,
        parseInteger(raw, context),
        'a whole number in decimal digits',
        String,
      )
    case 'fraction':
      return inRange(setting, parseFraction(raw, context), 'a number', String)
    case 'size':
      return inRange(setting, measured(setting, raw, context, parseSize), SIZE_FORMS, formatSize)
    case 'duration':
      return inRange(
        setting,
        measured(setting, raw, context, parseDuration),
        TIME_FORMS,
        formatDuration,
      )
    case 'path':
      return typeof raw === 'string' ? parsePath(raw, context) : refused('a path')
    case 'list':
      return parseList(setting, raw, context)
    case 'paths':
      return parsePaths(raw, context)
  }
}

/** The value as a user would write it. */
export function formatValue(setting: Setting, value: Value): string {
  if (typeof value === 'number' && setting.type === 'size') return formatSize(value)
  if (typeof value === 'number' && setting.type === 'duration') return formatDuration(value)
  return typeof value === 'object' ? value.join(',') : String(value)
}

/** The range of a row, in words; empty where it has none. */
export function rangeOf(setting: Setting): string {
  const { min, max } = setting
  if (setting.type === 'size') return rangeText(min, max, formatSize)
  if (setting.type === 'duration')
    return rangeText(min, max === TIMER_MAX ? undefined : max, formatDuration)
  return rangeText(min, max, String)
}

const TIMER_MAX = 2 ** 31 - 1

function parseText(raw: unknown, context: ValueContext): Parsed {
  const text = typeof raw === 'number' && !context.typed ? String(raw) : raw
  if (typeof text !== 'string') return refused('a text')
  return text === '' ? refused('a text that is not empty') : { ok: true, value: text }
}

function parseChoice(setting: Setting, raw: unknown): Parsed {
  const choices = setting.choices ?? []
  if (typeof raw === 'string' && choices.includes(raw)) return { ok: true, value: raw }
  return refused(`one of ${choices.join(', ')}`)
}

function parseBoolean(raw: unknown, context: ValueContext): Parsed {
  if (typeof raw === 'boolean') return { ok: true, value: raw }
  if (context.typed && (raw === 'true' || raw === 'false')) {
    return refused('true or false, without quotes')
  }
  if (raw === 'true' || raw === 'false') return { ok: true, value: raw === 'true' }
  return refused('true or false')
}

function parseInteger(raw: unknown, context: ValueContext): number | undefined {
  if (typeof raw === 'string' && !context.typed) {
    return /^-?\d{1,16}$/.test(raw) && raw !== '-0' ? Number(raw) : undefined
  }
  return typeof raw === 'number' && Number.isSafeInteger(raw) && !Object.is(raw, -0)
    ? raw
    : undefined
}

function parseFraction(raw: unknown, context: ValueContext): number | undefined {
  if (typeof raw === 'string' && !context.typed) {
    return /^\d{1,9}(\.\d{1,17})?$/.test(raw) ? Number(raw) : undefined
  }
  return typeof raw === 'number' && Number.isFinite(raw) && !Object.is(raw, -0) ? raw : undefined
}

function measured(
  setting: Setting,
  raw: unknown,
  context: ValueContext,
  parse: (text: string, unit: NonNullable<Setting['unit']>) => number | undefined,
): number | undefined {
  const unit = setting.unit ?? 'B'
  if (typeof raw === 'number') {
    const whole = Number.isSafeInteger(raw) && !Object.is(raw, -0)
    return whole ? raw * unitFactor(unit) : undefined
  }
  if (typeof raw !== 'string') return undefined
  // In a typed file a number stands without quotes, a text has its unit.
  if (context.typed && /^\d+$/.test(raw)) return undefined
  return parse(raw, unit)
}

function inRange(
  setting: Setting,
  value: number | undefined,
  forms: string,
  format: (value: number) => string,
): Parsed {
  const range = rangeOf(setting)
  const expected = range === '' ? forms : `${forms}, ${range}`
  if (value === undefined) return refused(expected)
  const { min = Number.NEGATIVE_INFINITY, max = Number.MAX_SAFE_INTEGER } = setting
  if (value >= min && value <= max) return { ok: true, value }
  return refused(range === '' ? `at most ${format(max)}` : range)
}

function parseList(setting: Setting, raw: unknown, context: ValueContext): Parsed {
  const entries = entriesOf(raw, context)
  if (entries === undefined) return refused('a list of texts')
  const bad = entries.find(entry => setting.forbidden?.includes(entry))
  if (bad !== undefined) return refused(`a list without ${shownValue(bad)}`)
  return { ok: true, value: entries }
}

function parsePaths(raw: unknown, context: ValueContext): Parsed {
  const entries = entriesOf(raw, context)
  if (entries === undefined) return refused('a list of paths')
  if (entries.length === 0) return refused('at least one path')
  const parsed = entries.map(entry => parsePath(entry, context))
  const failed = parsed.find(one => !one.ok)
  if (failed !== undefined) return failed
  const paths = parsed.map(one => (one.ok ? String(one.value) : ''))
  const twice = paths.find((path, index) => paths.indexOf(path) !== index)
  if (twice !== undefined) return refused(`each path once; ${shownValue(twice)} stands twice`)
  return { ok: true, value: paths }
}

function entriesOf(raw: unknown, context: ValueContext): string[] | undefined {
  if (typeof raw === 'string' && !context.typed) {
    return raw === '' ? [] : raw.split(',').map(entry => entry.trim())
  }
  if (!Array.isArray(raw)) return undefined
  return raw.every(entry => typeof entry === 'string') ? raw : undefined
}

function parsePath(raw: string, context: ValueContext): Parsed {
  if (raw === '') return refused('a path that is not empty')
  if (raw.includes('\0')) return refused('a path without a NUL')
  if (raw === '~' || raw.startsWith('~/')) {
    return { ok: true, value: resolve(homedir(), raw.slice(2)) }
  }
  if (raw.startsWith('~')) return refused('~/… or a path; ~user is not known')
  return { ok: true, value: raw.startsWith('/') ? resolve(raw) : resolve(context.baseDir(), raw) }
}

function rangeText(
  min: number | undefined,
  max: number | undefined,
  format: (value: number) => string,
): string {
  if (min !== undefined && max !== undefined) return `${format(min)} to ${format(max)}`
  if (min !== undefined) return `at least ${format(min)}`
  return max === undefined ? '' : `at most ${format(max)}`
}

function refused(why: string): Parsed {
  return { ok: false, why }
}
