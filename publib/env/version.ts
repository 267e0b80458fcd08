import { createRequire } from 'node:module'

/** The version of simSpark that runs: all processes of a cluster must have the same. */
export function packageVersion(): string {
  const require = createRequire(import.meta.url)
  const { version } = require('../../../package.json') as { version: string }
  return version
}
