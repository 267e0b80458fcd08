export {
  environmentName,
  type SettingName,
  settingNames,
  settingOf,
  type ValueOf,
} from './all-settings.ts'
export { checkLocalDirs } from './check-folders.ts'
export { daemonSettings } from './daemon-settings.ts'
export { type SettingDoc, settingsDocs } from './docs.ts'
export { flagSettings, type GivenFlags } from './flags.ts'
export { type FlagSetting, loadSettings, type SettingSources, unknownSetting } from './load.ts'
export type { Value } from './parse-value.ts'
export { Resolved, type SettingRow, settingsFrom } from './resolved.ts'
export { readSchedulerPools, type SchedulerPool } from './scheduler-pools.ts'
export type { Setting } from './setting.ts'
export { settingsText } from './settings-text.ts'
export { type SettingKey, type Settings, type SettingValue, SparkConf } from './spark-conf.ts'
export { defaultSettingsFile, defaultStateDir, type Environment } from './state-dir.ts'
export { formatDuration, formatSize } from './units.ts'
