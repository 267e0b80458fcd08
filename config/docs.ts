import {
  EXECUTOR_ENV,
  EXECUTOR_ENV_PREFIX,
  environmentName,
  settingGroups,
} from './all-settings.ts'
import { formatValue, rangeOf, type Value } from './parse-value.ts'
import type { Setting } from './setting.ts'

/** One setting as the docs show it. */
export interface SettingDoc {
  readonly group: string
  readonly key: string
  readonly variable: string
  readonly type: string
  readonly default: string | undefined
  /** What is legal, in words; empty where any value of the type is. */
  readonly range: string
  readonly doc: string
}

/** Every setting, group by group, for the docs and for `simspark config explain`. */
export function settingsDocs(): readonly SettingDoc[] {
  const listed = Object.entries(settingGroups).flatMap(([group, rows]) =>
    Object.entries<Setting>(rows).map(([key, setting]) => docOf(group, key, setting)),
  )
  const variables = docOf('executors', `${EXECUTOR_ENV_PREFIX}<NAME>`, EXECUTOR_ENV)
  const place = listed.findIndex(({ group }) => group === 'scheduling')
  return listed.toSpliced(place, 0, { ...variables, variable: 'none' })
}

function docOf(group: string, key: string, setting: Setting): SettingDoc {
  const { type, choices } = setting
  const standard = setting.default as Value | undefined
  return {
    ...{ group, key, type, doc: setting.doc },
    variable: environmentName(key),
    default: standard === undefined ? undefined : formatValue(setting, standard),
    range: choices === undefined ? rangeOf(setting) : choices.join(', '),
  }
}
