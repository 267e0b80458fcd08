import { readFileSync } from 'node:fs'

let version: string | undefined

/** The version of this installation, from its package.json. */
export function packageVersion(): string {
  if (version === undefined) {
    const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
    const parsed: unknown = JSON.parse(text)
    const found = (parsed as { version?: unknown }).version
    version = typeof found === 'string' ? found : '0.0.0'
  }
  return version
}
