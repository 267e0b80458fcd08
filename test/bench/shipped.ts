import { existsSync, statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type * as Simspark from 'simspark'
import type * as Demo from '../../driver/examples/demo-cluster.ts'

/** Another tree's, where two trees run the same programs. */
const elsewhere = process.env['BENCH_DIST']
const dist =
  elsewhere === undefined ? new URL('../../', import.meta.url) : pathToFileURL(`${elsewhere}/`)
const joined = new URL('joined/', dist)
const stamps = [new URL('.made', joined), new URL('tsconfig.tsbuildinfo', dist)]

/** What users load. */
export function simsparkAsShipped(): Promise<typeof Simspark> {
  return import(new URL('driver/index.js', folder()).href)
}

/** The cluster of the demo, from the same files. */
export function demoAsShipped(): Promise<typeof Demo> {
  return import(new URL('driver/examples/demo-cluster.js', folder()).href)
}

/** Where something was compiled since the joined files were made, what was compiled. */
function folder(): URL {
  const times = stamps.map(url => (existsSync(url) ? statSync(url).mtimeMs : 0))
  return (times[0] ?? 0) >= (times[1] ?? 0) ? joined : dist
}
