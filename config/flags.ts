import { settingsRefused, shownValue } from './errors.ts'
import type { FlagSetting } from './load.ts'

/** What a command line gave, by long option name without dashes. */
export type GivenFlags = Readonly<Record<string, string | boolean | readonly string[]>>

/**
 * The settings that options of a command line stand for, and those of `--conf key=value`, which an option of its own
 * wins over.
 */
export function flagSettings(
  given: GivenFlags,
  keys: Readonly<Record<string, string>>,
): readonly FlagSetting[] {
  const { conf } = given
  const pairs = Array.isArray(conf) ? (conf as readonly string[]).map(confSetting) : []
  refuseTwice(pairs)
  const options = Object.entries(keys).flatMap(([option, key]) => {
    const value = given[option]
    if (value === undefined || typeof value === 'object') return []
    return [{ key, value: String(value), flag: `--${option}` }]
  })
  return [...pairs, ...options]
}

function confSetting(pair: string): FlagSetting {
  const at = pair.indexOf('=')
  if (at < 1) {
    const text = `--conf ${shownValue(pair)}: expected key=value`
    throw settingsRefused([{ kind: 'invalid', text }])
  }
  return { key: pair.slice(0, at), value: pair.slice(at + 1), flag: '--conf' }
}

function refuseTwice(pairs: readonly FlagSetting[]): void {
  const keys = pairs.map(pair => pair.key)
  const twice = keys.find((key, index) => keys.indexOf(key) !== index)
  if (twice === undefined) return
  const text = `--conf: ${shownValue(twice)} is given twice`
  throw settingsRefused([{ kind: 'invalid', text }])
}
