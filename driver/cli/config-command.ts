import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  defaultSettingsFile,
  flagSettings,
  loadSettings,
  type Resolved,
  type SettingDoc,
  settingOf,
  settingsDocs,
  settingsText,
  unknownSetting,
} from '#config'
import {
  type Command,
  checkPrivateFolder,
  optionsOf,
  print,
  repeatedOption,
  safeText,
  subcommand,
  table,
  tell,
  valueOption,
  writePrivateFile,
} from '#publib/cli'
import { stateDirOf, withStateDir } from './state-option.ts'

/** `simspark config show|load|reset|explain`. */
export function configCommand(parent: Command): void {
  const config = subcommand(parent, 'config', 'show and change the settings of this account')
  const show = sourceOptions(
    subcommand(config, 'show', 'print every setting, its value and source'),
  )
  show.option('--json', 'print JSON').option('--set', 'only those that something has set')
  show.action(() => showAll(show))
  const load = withStateDir(subcommand(config, 'load <file>', 'check a file and take its settings'))
  load.action((file: string) => loadFile(load, file))
  const reset = withStateDir(subcommand(config, 'reset', 'forget the settings that were loaded'))
  reset.action(() => resetAll(reset))
  const explain = sourceOptions(subcommand(config, 'explain [key]', 'say what settings mean'))
  explain.action((key: string | undefined) => explainOne(explain, key))
}

function sourceOptions(command: Command): Command {
  withStateDir(command)
  valueOption(command, '--properties-file <file>', 'settings: .conf, .json, .yaml')
  return repeatedOption(command, '--conf <key=value>', 'one setting; may be repeated')
}

function settingsOf(command: Command): Resolved {
  const { propertiesFile, conf } = optionsOf(command)
  const settings = loadSettings({
    ...(typeof propertiesFile === 'string' ? { file: resolve(propertiesFile) } : {}),
    ...{ env: process.env, stateDir: stateDirOf(command) },
    flags: flagSettings({ conf: Array.isArray(conf) ? conf.map(String) : [] }, {}),
  })
  for (const warning of settings.warnings) tell(`warning: ${warning}`)
  return settings
}

function showAll(command: Command): void {
  const { json, set } = optionsOf(command)
  const rows = settingsOf(command)
    .rows()
    .filter(row => set !== true || row.source !== 'default')
  if (json === true) {
    print(JSON.stringify(rows))
    return
  }
  const cells = rows.map(row => [row.key, safeText(row.value ?? '-'), row.source])
  print(table(['setting', 'value', 'source'], cells))
}

/** What is wrong is told before anything is changed. */
function loadFile(command: Command, file: string): void {
  const stateDir = stateDirOf(command)
  const path = resolve(file)
  const settings = loadSettings({ file: path })
  for (const warning of settings.warnings) tell(`warning: ${warning}`)
  checkPrivateFolder(stateDir, { create: true })
  const target = defaultSettingsFile(stateDir)
  writePrivateFile(target, settingsText(settings, `Loaded from ${path}`))
  const count = settings.rows().filter(row => row.source !== 'default').length
  tell(`${count} settings of ${path} taken into ${target}; daemons see them at their next start`)
}

function resetAll(command: Command): void {
  const target = defaultSettingsFile(stateDirOf(command))
  rmSync(target, { force: true })
  tell(`${target} removed: defaults count again`)
}

function explainOne(command: Command, key: string | undefined): void {
  const rows = new Map(
    settingsOf(command)
      .rows()
      .map(row => [row.key, row]),
  )
  const parts = docsOf(key).map(doc => {
    const row = rows.get(key ?? doc.key)
    const range = doc.range === '' ? doc.type : `${doc.type}, ${doc.range}`
    return [
      `${row?.key ?? doc.key} = ${safeText(row?.value ?? '-')}`,
      `  from ${row?.source ?? 'default'}; default ${doc.default ?? '-'}; ${range}; ${doc.variable}`,
      `  ${doc.doc}`,
    ].join('\n')
  })
  print(parts.join('\n\n'))
}

/** The rows of the tables that say what a key means. @throws UNKNOWN_SETTING */
function docsOf(key: string | undefined): readonly SettingDoc[] {
  const all = settingsDocs()
  if (key === undefined) return all
  const own = all.filter(doc => doc.key === key)
  if (own.length > 0) return own
  if (settingOf(key) === undefined) throw unknownSetting(key)
  // Variables of executors have one row for all names.
  return all.filter(doc => doc.key.endsWith('<NAME>'))
}
