import type { Resolved } from './resolved.ts'

/** What was set, in the properties format; reading it back gives the same. */
export function settingsText(settings: Resolved, head: string): string {
  const lines = settings
    .rows()
    .filter(row => row.source !== 'default' && row.value !== undefined)
    .map(row => `${row.key}=${escaped(row.value ?? '')}`)
  return `# ${head.replace(/[\r\n]/g, ' ')}\n${lines.join('\n')}\n`
}

function escaped(value: string): string {
  return value
    .replaceAll('\\', '\\\\')
    .replace(/[\n\r\t\f]/g, one => ({ '\n': '\\n', '\r': '\\r', '\t': '\\t' })[one] ?? '\\f')
    .replace(/^ | $/g, '\\ ')
}
