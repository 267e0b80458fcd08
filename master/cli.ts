#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs'

// Nothing else is imported before Node and its limits are known: an old Node would answer with a syntax error, one
// that may open few files with the name of the one too many.
const LIMITS = '/proc/self/limits'
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const limits = existsSync(LIMITS) ? readFileSync(LIMITS, 'latin1') : ''
const openFiles = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 1024)

if (major < 20 || (major === 20 && minor < 19)) {
  end(2, `needs Node >= 20.19, this is ${process.versions.node}`)
} else if (openFiles < 1024) {
  end(7, `needs ≥ 1024 open files, have ${openFiles}; raise it: ulimit -n 1024`)
} else {
  void import('./command.ts').then(({ main }) => main(process.argv.slice(2)))
}

function end(code: number, why: string): void {
  process.stderr.write(`simspark-master ${why}\n`)
  process.exitCode = code
}
