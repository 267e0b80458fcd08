import {
  EXECUTOR_ENV_PREFIX,
  type SettingName,
  settingNames,
  settingOf,
  type ValueOf,
} from './all-settings.ts'
import { formatValue, type Value } from './parse-value.ts'

/** A value that was set, and where. */
export interface SetValue {
  readonly value: Value
  /** As `/etc/simspark.conf:3:1`, `SIMSPARK_MASTER`, `--port`, `code`. */
  readonly source: string
}

/** A row of `simspark config show`. */
export interface SettingRow {
  readonly key: string
  /** Undefined where nothing is set and there is no default. */
  readonly value: string | undefined
  readonly source: string
  readonly default: string | undefined
}

/** Every setting with its value and its source. Reading one cannot fail: all were checked before. */
export class Resolved {
  readonly #values: ReadonlyMap<string, SetValue>
  /** What is odd but hinders nothing, a line each. */
  readonly warnings: readonly string[]

  constructor(values: ReadonlyMap<string, SetValue>, warnings: readonly string[] = []) {
    this.#values = values
    this.warnings = warnings
  }

  /** Sizes in bytes, times in milliseconds, paths absolute. */
  get<K extends SettingName>(key: K): ValueOf<K> {
    return (this.#values.get(key)?.value ?? settingOf(key)?.default) as ValueOf<K>
  }

  /** Where the value comes from; `default` where nothing set it. */
  source(key: string): string {
    return this.#values.get(key)?.source ?? 'default'
  }

  /** Whether something set it. */
  isSet(key: string): boolean {
    return this.#values.has(key)
  }

  /** What was set, and where. */
  entries(): Iterable<readonly [key: string, set: SetValue]> {
    return this.#values.entries()
  }

  /** Environment variables of executors. */
  executorEnv(): Readonly<Record<string, string>> {
    const names = [...this.#values].filter(([key]) => key.startsWith(EXECUTOR_ENV_PREFIX))
    return Object.fromEntries(
      names.map(([key, set]) => [key.slice(EXECUTOR_ENV_PREFIX.length), String(set.value)]),
    )
  }

  /** Every setting, the tables' order, then variables of executors. */
  rows(): readonly SettingRow[] {
    const names: readonly string[] = settingNames()
    const others = [...this.#values.keys()].filter(key => !names.includes(key)).sort()
    return [...names, ...others].map(key => this.#row(key))
  }

  /** What was set, as plain data for another process; `settingsFrom` takes it back. */
  toJSON(): Readonly<Record<string, Value>> {
    return Object.fromEntries([...this.#values].map(([key, set]) => [key, set.value]))
  }

  #row(key: string): SettingRow {
    const setting = settingOf(key)
    const text = (value: unknown): string | undefined =>
      value === undefined || setting === undefined
        ? undefined
        : formatValue(setting, value as Value)
    const standard = text(setting?.default)
    const set = this.#values.get(key)
    return {
      key,
      value: set === undefined ? standard : text(set.value),
      source: this.source(key),
      default: standard,
    }
  }
}

/** Settings that another process resolved, and checked, before. */
export function settingsFrom(plain: Readonly<Record<string, Value>>): Resolved {
  const values = new Map<string, SetValue>()
  for (const [key, value] of Object.entries(plain)) {
    if (settingOf(key) !== undefined) values.set(key, { value, source: 'options' })
  }
  return new Resolved(values)
}
