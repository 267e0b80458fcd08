import type { Setting } from './setting.ts'
import {
  applicationSettings,
  dataSettings,
  executorSettings,
  logSettings,
  masterSettings,
  schedulingSettings,
  securitySettings,
  timingSettings,
  uiSettings,
  workerSettings,
} from './settings/index.ts'

/** Every setting by its group, in the order of the docs. */
export const settingGroups = {
  application: applicationSettings,
  executors: executorSettings,
  scheduling: schedulingSettings,
  timing: timingSettings,
  data: dataSettings,
  security: securitySettings,
  master: masterSettings,
  worker: workerSettings,
  log: logSettings,
  ui: uiSettings,
} as const

type AllSettings = typeof applicationSettings &
  typeof executorSettings &
  typeof schedulingSettings &
  typeof timingSettings &
  typeof dataSettings &
  typeof securitySettings &
  typeof masterSettings &
  typeof workerSettings &
  typeof logSettings &
  typeof uiSettings

/** The key of a setting that has a row in a table. */
export type SettingName = keyof AllSettings
/** The type of its value once resolved: numbers in bytes and milliseconds. */
export type ValueOf<K extends SettingName> = AllSettings[K] extends Setting<infer T> ? T : never

const rows = new Map<string, Setting>(
  Object.values(settingGroups).flatMap(group => Object.entries<Setting>(group)),
)

/** Settings of the form prefix + any name: environment variables of executors. */
export const EXECUTOR_ENV_PREFIX = 'simspark.executorEnv.'
export const EXECUTOR_ENV: Setting<string | undefined> = {
  type: 'text',
  default: undefined,
  doc: 'An environment variable of the processes that hold executors on a cluster, as `simspark.executorEnv.TZ`; local mode has none of its own.',
}
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/

/** The row of a key; undefined for a key that no table has. */
export function settingOf(key: string): Setting | undefined {
  if (!key.startsWith(EXECUTOR_ENV_PREFIX)) return rows.get(key)
  return VARIABLE.test(key.slice(EXECUTOR_ENV_PREFIX.length)) ? EXECUTOR_ENV : undefined
}

/** Every key that has a row. */
export function settingNames(): readonly SettingName[] {
  return [...rows.keys()] as SettingName[]
}

/** The environment variable of a key: `simspark.task.maxFailures` → `SIMSPARK_TASK_MAX_FAILURES`; that of the codegen mode is shorter. */
export function environmentName(key: string): string {
  if (key === 'simspark.codegen.mode') return 'SIMSPARK_CODEGEN'
  const words = key.replaceAll('.', '_').replace(/([a-z0-9])([A-Z])/g, '$1_$2')
  return words.toUpperCase()
}
