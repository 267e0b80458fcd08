import { type SettingDoc, settingsDocs } from './docs.ts'

/** SETTINGS.md: every setting, group by group, as a table for people. */
export function settingsTable(): string {
  const docs = settingsDocs()
  const groups = [...new Set(docs.map(({ group }) => group))]
  const sections = groups.map(name =>
    sectionOf(
      name,
      docs.filter(({ group }) => group === name),
    ),
  )
  return `${HEAD}${sections.join('\n')}`
}

const HEAD = `# Settings

Made of the tables in \`settings/\`; a test compares. \`simspark config explain\` shows the same with the values that count here.
In the environment a key is \`SIMSPARK_\` and its words in capitals: \`SIMSPARK_EXECUTOR_MEMORY\`.

`

function sectionOf(group: string, docs: readonly SettingDoc[]): string {
  const rows = docs.map(({ key, default: standard, type, range, doc }) => {
    const legal = range === '' ? type : `${type}, ${range}`
    return `| \`${key}\` | ${standard ?? ''} | ${cell(legal)} | ${cell(doc)} |\n`
  })
  return `## ${group}\n\n| setting | default | legal | what it is |\n|---|---|---|---|\n${rows.join('')}`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
