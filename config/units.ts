import type { Unit } from './setting.ts'

/** Bytes of each letter of a size. */
const SIZES = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 } as const
const SIZE = /^(\d{1,15})([bkmgtBKMGT])?$/

/** Milliseconds of each unit of a time. */
const TIMES = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const
const TIME = /^(\d{1,15})(ms|s|m|min|h|d)?$/

/** How much a plain number counts. */
const UNITS: Readonly<Record<Unit, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, ms: 1, s: 1000 }

/** What sizes and times may look like, for messages. */
export const SIZE_FORMS = 'digits and one letter of b, k, m, g, t, as 512m or 2g'
export const TIME_FORMS = 'digits and one of ms, s, m, h, d, as 500ms or 30s'

/** The bytes of `512m`; a text without a letter counts in `unit`. Undefined for what is no size. */
export function parseSize(text: string, unit: Unit): number | undefined {
  const match = SIZE.exec(text)
  if (match === null) return undefined
  const letter = match[2]?.toLowerCase() as keyof typeof SIZES | undefined
  return Number(match[1]) * (letter === undefined ? UNITS[unit] : SIZES[letter])
}

/** The milliseconds of `30s`; a text without a unit counts in `unit`. Undefined for what is no time. */
export function parseDuration(text: string, unit: Unit): number | undefined {
  const match = TIME.exec(text)
  if (match === null) return undefined
  const name = match[2] as keyof typeof TIMES | undefined
  return Number(match[1]) * (name === undefined ? UNITS[unit] : TIMES[name])
}

/** Bytes in the largest letter that leaves no rest: 1073741824 → `1g`. */
export function formatSize(bytes: number): string {
  if (bytes === 0) return '0'
  for (const letter of ['t', 'g', 'm', 'k'] as const) {
    if (bytes % SIZES[letter] === 0) return `${bytes / SIZES[letter]}${letter}`
  }
  return `${bytes}b`
}

/** Milliseconds in the largest unit that leaves no rest: 2000 → `2s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (ms % TIMES[unit] === 0) return `${ms / TIMES[unit]}${unit}`
  }
  return `${ms}ms`
}

/** How much a plain number counts, in bytes or milliseconds. */
export function unitFactor(unit: Unit): number {
  return UNITS[unit]
}
