/** What a value of a setting is written as. */
export type SettingType =
  | 'text'
  | 'choice'
  | 'boolean'
  | 'integer'
  | 'fraction'
  | 'size'
  | 'duration'
  | 'path'
  | 'list'
  | 'paths'

/** The unit of a plain number. Values are kept in bytes and milliseconds. */
export type Unit = 'B' | 'KiB' | 'MiB' | 'ms' | 's'

/** One row of a settings table. `T` is the type of its value once resolved. */
export interface Setting<T = unknown> {
  readonly type: SettingType
  /** In bytes and milliseconds; undefined where what is used without it is said in `doc`. */
  readonly default: T
  readonly unit?: Unit
  /** Inclusive; in bytes and milliseconds. */
  readonly min?: number
  readonly max?: number
  readonly choices?: readonly string[]
  /** Entries that a list may not hold. */
  readonly forbidden?: readonly string[]
  /** One sentence: what it is. */
  readonly doc: string
}

interface Doc {
  readonly doc: string
}
interface Range {
  readonly min?: number
  readonly max?: number
}
type Without = Doc & { readonly default?: undefined }
type With<T> = Doc & { readonly default: T }

/** Any text of one line. */
export function text(row: With<string>): Setting<string>
export function text(row: Without): Setting<string | undefined>
export function text(row: Doc & { default?: string | undefined }): Setting<string | undefined> {
  return { type: 'text', default: row.default, doc: row.doc }
}

/** One of a few words. */
export function choice<const C extends readonly string[]>(
  row: With<C[number]> & { readonly choices: C },
): Setting<C[number]> {
  return { type: 'choice', ...row }
}

/** `true` or `false`, nothing else. */
export function flag(row: With<boolean>): Setting<boolean> {
  return { type: 'boolean', ...row }
}

/** A whole number, in decimal digits. */
export function integer(row: With<number> & Range): Setting<number>
export function integer(row: Without & Range): Setting<number | undefined>
export function integer(
  row: Doc & Range & { default?: number | undefined },
): Setting<number | undefined> {
  return { type: 'integer', ...row, default: row.default }
}

/** A number, from 0 to 1 where nothing else is said. */
export function fraction(row: With<number> & Range): Setting<number> {
  return { type: 'fraction', min: 0, max: 1, ...row }
}

/** A number of bytes, written as `512m` or `2g`. */
export function size(row: With<number> & Range & { readonly unit: Unit }): Setting<number>
export function size(row: Without & Range & { readonly unit: Unit }): Setting<number | undefined>
export function size(
  row: Doc & Range & { readonly unit: Unit; default?: number | undefined },
): Setting<number | undefined> {
  return { type: 'size', ...row, default: row.default }
}

/** A time, written as `500ms` or `30s`. Timers of Node stop at 2^31 ms. */
export function duration(row: With<number> & Range & { readonly unit: Unit }): Setting<number> {
  return { type: 'duration', max: 2 ** 31 - 1, ...row }
}

/** A file or folder; relative ones count from the settings file, or from the current folder. Absolute once resolved. */
export function path(row: Without): Setting<string | undefined> {
  return { type: 'path', default: undefined, doc: row.doc }
}

/** Texts, separated by commas where they are written in one line. */
export function list(row: Doc & { forbidden?: readonly string[] }): Setting<readonly string[]> {
  return { type: 'list', default: [], ...row }
}

/** Like `path`, several of them. */
export function paths(row: Doc): Setting<readonly string[] | undefined> {
  return { type: 'paths', default: undefined, ...row }
}

export const KiB = 1024
export const MiB = 1024 * KiB
export const GiB = 1024 * MiB
export const SECOND = 1000
