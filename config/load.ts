import { dirname, resolve } from 'node:path'
import { environmentName, settingNames, settingOf } from './all-settings.ts'
import {
  type SettingProblem,
  settingsFileRefused,
  settingsRefused,
  shownKey,
  shownValue,
  unsafePath,
} from './errors.ts'
import { parseValue, type ValueContext } from './parse-value.ts'
import { readSettingsFile, type SettingsFile } from './read-file.ts'
import { checkRelations } from './relations.ts'
import { Resolved, type SetValue } from './resolved.ts'
import type { Setting } from './setting.ts'
import {
  defaultSettingsFile,
  defaultStateDir,
  type Environment,
  OTHER_VARIABLES,
} from './state-dir.ts'
import { suggestion } from './suggest.ts'

/** Where settings are taken from; each source wins over those before it. */
export interface SettingSources {
  /** A properties, JSON or YAML file. It must be there; without it the account's own is read if there is one. */
  readonly file?: string | undefined
  /** `SIMSPARK_…`; without it neither variables nor the account's file count. */
  readonly env?: Environment | undefined
  /** Whose `simspark-defaults.conf` is read; the account's by default. */
  readonly stateDir?: string | undefined
  /** Taken as they are, below flags and code: what was resolved before. */
  readonly base?: Resolved | undefined
  /** From the command line. */
  readonly flags?: Iterable<FlagSetting> | undefined
  /** From the program. */
  readonly code?: Iterable<readonly [key: string, value: unknown]> | undefined
}

export interface FlagSetting {
  readonly key: string
  readonly value: string
  /** As the user wrote it: `--port`, `--conf`. */
  readonly flag: string
}

/** One value before it is looked at. */
interface RawSetting extends ValueContext {
  readonly key: string
  readonly value: unknown
  readonly source: string
}

/**
 * Every setting with its value and source, checked.
 *
 * @throws UNKNOWN_SETTING, INVALID_SETTING that name place, key, value and what is legal
 * @example
 * const settings = loadSettings({ env: process.env, flags: [{ key: 'simspark.master.port', value: '0', flag: '--port' }] })
 * settings.get('simspark.network.timeout') // 10000
 */
export function loadSettings(sources: SettingSources): Resolved {
  const problems: SettingProblem[] = []
  const warnings: string[] = []
  const values = new Map<string, SetValue>(sources.base?.entries())
  for (const raw of rawSettings(sources, problems, warnings)) {
    const key = canonicalKey(raw.key)
    if (key !== raw.key) warnings.push(`${raw.source}: ${raw.key} is taken as ${key}`)
    const setting = settingOf(key)
    if (setting === undefined) problems.push(unknownKey(raw, problems.length))
    else take(key, setting, raw, values, problems)
  }
  if (problems.length === 0) problems.push(...checkRelations(new Resolved(values)))
  if (problems.length > 0) throw settingsRefused(problems)
  return new Resolved(values, warnings)
}

function* rawSettings(
  sources: SettingSources,
  problems: SettingProblem[],
  warnings: string[],
): Generator<RawSetting> {
  const file = settingsFile(sources)
  if (file !== undefined) yield* fromFile(file, problems)
  if (sources.env !== undefined) yield* fromEnvironment(sources.env, warnings)
  const baseDir = (): string => process.cwd()
  for (const { key, value, flag } of sources.flags ?? []) {
    yield { key, value, source: flag, typed: false, baseDir }
  }
  for (const [key, value] of sources.code ?? []) {
    yield { key, value, source: 'code', typed: false, baseDir }
  }
}

function settingsFile(sources: SettingSources): SettingsFile | undefined {
  const named = sources.file ?? namedByVariable(sources.env)
  if (named !== undefined) {
    if (named === '') throw settingsFileRefused('""', 'a settings file has a name')
    return readSettingsFile(resolve(named))
  }
  if (sources.env === undefined) return undefined
  const stateDir = sources.stateDir ?? defaultStateDir(sources.env)
  return readSettingsFile(defaultSettingsFile(stateDir), true)
}

function* fromFile(file: SettingsFile, problems: SettingProblem[]): Generator<RawSetting> {
  const { path, typed } = file
  const lines = new Map<string, number>()
  for (const { key, value, line, column } of file.entries) {
    const source = `${path}:${line}:${column}`
    const before = lines.get(key)
    if (before !== undefined) {
      const text = `${source}: ${shownKey(key)} stands twice, in line ${before} and in line ${line}`
      problems.push({ kind: 'invalid', text })
      continue
    }
    lines.set(key, line)
    if (key.endsWith('authenticate.secret')) refuseSecret(file, source)
    yield { key, value, source, typed, baseDir: () => dirname(path) }
  }
}

/** A secret stands in a file of its own, never among settings, which people copy, show and commit. */
function refuseSecret(file: SettingsFile, source: string): never {
  const advice = 'put it into a file of mode 0600 and name that in simspark.authenticate.secretFile'
  if ((file.mode & 0o077) !== 0) {
    const mode = file.mode.toString(8).padStart(4, '0')
    throw unsafePath(source, `holds a secret and is open to others (mode ${mode}); ${advice}`)
  }
  throw settingsFileRefused(source, `a secret does not belong here; ${advice}`)
}

function* fromEnvironment(env: Environment, warnings: string[]): Generator<RawSetting> {
  const keys = new Map(settingNames().map(key => [environmentName(key), key]))
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('SIMSPARK_') || value === undefined) continue
    if ((OTHER_VARIABLES as readonly string[]).includes(name)) continue
    const key = keys.get(name)
    if (key === undefined) {
      const near = suggestion(name, keys.keys())
      const meant = near === undefined ? '' : `; did you mean ${near}?`
      warnings.push(`there is no variable ${shownKey(name)}${meant}`)
      continue
    }
    // `SIMSPARK_MASTER= command` is how a shell unsets a variable for one command.
    if (value === '') continue
    yield { key, value, source: name, typed: false, baseDir: () => process.cwd() }
  }
}

/**
 * Looks at one setting of a program alone.
 *
 * @throws UNKNOWN_SETTING, INVALID_SETTING
 */
export function checkSetting(key: string, value: unknown): void {
  const problems: SettingProblem[] = []
  const raw = { key, value, source: 'code', typed: false, baseDir: () => process.cwd() }
  const setting = settingOf(canonicalKey(key))
  if (setting === undefined) problems.push(unknownKey(raw, 0))
  else take(canonicalKey(key), setting, raw, new Map(), problems)
  if (problems.length > 0) throw settingsRefused(problems)
}

/** For a key that a user asks about. */
export function unknownSetting(key: string): Error {
  const near = suggestion(key.slice(0, 200), settingNames())
  const meant = near === undefined ? '' : `; did you mean ${near}?`
  return settingsRefused([
    { kind: 'unknown', text: `there is no setting ${shownKey(key)}${meant}` },
  ])
}

/** Spark's own keys are taken for ours where we have the same. */
export function canonicalKey(key: string): string {
  return key.startsWith('spark.') && settingOf(`sim${key}`) !== undefined ? `sim${key}` : key
}

function take(
  key: string,
  setting: Setting,
  raw: RawSetting,
  values: Map<string, SetValue>,
  problems: SettingProblem[],
): void {
  const parsed = parseValue(setting, raw.value, raw)
  if (parsed.ok) {
    values.set(key, { value: parsed.value, source: raw.source })
    return
  }
  const text = `${raw.source}: ${key} is ${shownValue(raw.value)}; expected ${parsed.why}`
  problems.push({ kind: 'invalid', text })
}

/** Only the first few are shown, so only for these a neighbour is looked for. */
function unknownKey(raw: RawSetting, index: number): SettingProblem {
  const near = index < 5 ? suggestion(raw.key.slice(0, 200), settingNames()) : undefined
  const meant = near === undefined ? '' : `; did you mean ${near}?`
  const text = `${raw.source}: there is no setting ${shownKey(raw.key)}${meant}`
  return { kind: 'unknown', text }
}

function namedByVariable(env: Environment = {}): string | undefined {
  const { SIMSPARK_PROPERTIES_FILE: named } = env
  return named === '' ? undefined : named
}
