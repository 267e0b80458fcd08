#!/usr/bin/env node
// Nothing is imported before the version of Node is known: an old one would answer with a syntax error.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`simspark needs Node >= 20.19, this is ${process.versions.node}\n`)
  process.exitCode = 2
} else {
  void import('./umbrella.ts').then(({ main }) => main(process.argv.slice(2)))
}

export {}
