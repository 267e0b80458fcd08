import { EXECUTOR_ENV_PREFIX, settingOf } from './all-settings.ts'
import { canonicalKey, checkSetting, loadSettings } from './load.ts'
import { formatValue } from './parse-value.ts'
import { Resolved } from './resolved.ts'

/** `simspark.<group>.<name>`. */
export type SettingKey = `simspark.${string}`
/** Sizes as '512m', times as '10s'; a plain number is in the setting's own unit. */
export type SettingValue = string | number | boolean
export type Settings = Readonly<Record<SettingKey, SettingValue>>

/** Keys whose values are shown to nobody. */
const SECRET = /secret|password|token|credential|access.?key/i

/**
 * Settings for a context. Each source wins over those before it: defaults, file, environment, flags, code.
 *
 * @example
 * new SparkConf().setAppName('count').set('simspark.executor.memory', '2g')
 */
export class SparkConf {
  /** What the file and the environment said. */
  #base: Resolved
  readonly #code = new Map<string, SettingValue>()

  /**
   * `loadDefaults` (default true): with the file, the environment and the flags.
   *
   * @throws UNKNOWN_SETTING, INVALID_SETTING
   */
  constructor(loadDefaults = true) {
    this.#base = loadDefaults ? loadSettings({ env: process.env }) : new Resolved(new Map())
  }

  setMaster(master: string): this {
    return this.set('simspark.master', master)
  }

  setAppName(name: string): this {
    return this.set('simspark.app.name', name)
  }

  /** @throws UNKNOWN_SETTING, INVALID_SETTING: at the line that wrote it */
  set(key: SettingKey, value: SettingValue): this {
    checkSetting(key, value)
    this.#code.set(canonicalKey(key), value)
    return this
  }

  setIfMissing(key: SettingKey, value: SettingValue): this {
    return this.contains(key) ? this : this.set(key, value)
  }

  setAll(settings: Settings | Iterable<readonly [SettingKey, SettingValue]>): this {
    const pairs = isIterable(settings) ? settings : Object.entries(settings)
    for (const [key, value] of pairs) this.set(key as SettingKey, value)
    return this
  }

  /** An environment variable of the executors. */
  setExecutorEnv(name: string, value: string): this {
    return this.set(`${EXECUTOR_ENV_PREFIX}${name}` as SettingKey, value)
  }

  remove(key: SettingKey): this {
    const name = canonicalKey(key)
    this.#code.delete(name)
    const rest = [...this.#base.entries()].filter(([other]) => other !== name)
    this.#base = new Resolved(new Map(rest), this.#base.warnings)
    return this
  }

  /** Whether anything but the default set it. */
  contains(key: SettingKey): boolean {
    return this.get(key) !== undefined
  }

  /** What was set, as it was written; not the built-in default. */
  get(key: SettingKey): string | undefined
  get(key: SettingKey, defaultValue: string): string
  get(key: SettingKey, defaultValue?: string): string | undefined {
    const name = canonicalKey(key)
    const value = this.#code.get(name) ?? textOfSet(this.#base, name)
    return value === undefined ? defaultValue : String(value)
  }

  getAll(): [key: SettingKey, value: string][] {
    const keys = new Set([...this.#base.entries()].map(([key]) => key))
    for (const key of this.#code.keys()) keys.add(key)
    return [...keys].sort().map(key => {
      const name = key as SettingKey
      return [name, this.get(name, '')]
    })
  }

  /** One `key=value` a line, secrets redacted. */
  toDebugString(): string {
    return this.getAll()
      .map(([key, value]) => `${key}=${SECRET.test(key) ? '*********(redacted)' : value}`)
      .join('\n')
  }

  /** A copy that changes by itself. */
  clone(): SparkConf {
    const copy = new SparkConf(false)
    copy.#base = this.#base
    for (const [key, value] of this.#code) copy.#code.set(key, value)
    return copy
  }

  /**
   * Every setting with its value, those that go together compared.
   *
   * @throws INVALID_SETTING
   */
  resolve(): Resolved {
    return loadSettings({ base: this.#base, code: this.#code })
  }
}

function textOfSet(settings: Resolved, key: string): string | undefined {
  const setting = settingOf(key)
  const set = [...settings.entries()].find(([name]) => name === key)?.[1]
  return setting === undefined || set === undefined ? undefined : formatValue(setting, set.value)
}

function isIterable(
  settings: Settings | Iterable<readonly [SettingKey, SettingValue]>,
): settings is Iterable<readonly [SettingKey, SettingValue]> {
  return Symbol.iterator in settings
}
