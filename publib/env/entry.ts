import { fileURLToPath } from 'node:url'
import { entryOutsidePackage } from './errors.ts'

/** Where the compiled modules lie: two folders above this one, wherever the package is installed. */
const ROOT = new URL('../../', import.meta.url)
const ENTRY = /^(?:[a-z0-9-]+\/)+[a-z0-9.-]+\.js$/

/** The URL of a compiled module that is named as `worker/executor/main.js`. */
export function entryUrl(entry: string): URL {
  if (!ENTRY.test(entry) || entry.includes('..')) throw entryOutsidePackage(entry)
  return new URL(entry, ROOT)
}

/** The same as a path. */
export function entryPath(entry: string): string {
  return fileURLToPath(entryUrl(entry))
}
