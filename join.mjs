// Joins the compiled modules into a few files, in dist/joined: what the package's entry points load. Finding, reading and linking one
// of 400 modules takes Node half a millisecond; joined, a program and each of its executor threads start in half of the time.
// Nothing is renamed or rewritten: each module becomes a function in a file with those that are loaded together with it, line for line,
// and under each module's own path stays a file with its exports, so that every path still names one and the same module.
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readModule } from './join-reading.mjs'
import { chunkFile, ownFile } from './join-writing.mjs'

/** Modules whose `import()`s are loaded sooner or later by whoever loads them: not worth files of their own. */
const EAGER = ['publib/lineage/registry.js']
/** Besides what package.json names: what processes and threads are started with. */
const ENTRY = /(^|[/-])(main|daemon-launcher)\.js$/

/** What the compiler makes; anything else that lies beside it is data of a module. */
const COMPILED = /\.(js|d\.ts|map|tsbuildinfo)$/

/** Writes dist/joined anew from the compiled files at `paths` (relative to dist). */
export async function joinModules(root, paths) {
  const { parse } = await import('acorn')
  const dist = join(root, 'dist')
  const modules = new Map()
  for (const path of paths.filter(path => path.endsWith('.js'))) {
    const text = readFileSync(join(dist, path), 'utf8')
    modules.set(path, readModule(path, `m${modules.size}`, text, parse))
  }
  const entries = [...entriesOf(root), ...[...modules.keys()].filter(path => ENTRY.test(path))]
  const files = chunksOf(modules, entries).map(chunk => chunkFile(chunk, modules, dist))
  for (const module of modules.values()) files.push(ownFile(module, modules))
  const made = join(dist, 'joined')
  const out = `${made}.new`
  rmSync(out, { recursive: true, force: true })
  for (const { path, text, map } of files) {
    mkdirSync(dirname(join(out, path)), { recursive: true })
    writeFileSync(join(out, path), text)
    if (map !== undefined) writeFileSync(join(out, `${path}.map`), JSON.stringify(map))
  }
  for (const path of paths.filter(path => !COMPILED.test(path))) {
    cpSync(join(dist, path), join(out, path), { recursive: true })
  }
  rmSync(made, { recursive: true, force: true })
  renameSync(out, made)
}

/** The compiled modules that package.json starts with. */
function entriesOf(root) {
  const { exports, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const named = [exports['.'].default, ...Object.values(bin)]
  return named.map(path => path.replace('./dist/joined/', ''))
}

/** Modules that the same entries load go together; an entry itself runs alone. */
function chunksOf(modules, entries) {
  const roots = new Set(entries)
  for (const { path, dynamic } of modules.values()) {
    if (!EAGER.includes(path)) for (const { target } of dynamic) roots.add(target)
  }
  const loadedBy = new Map()
  const seen = new Set()
  const order = []
  for (const root of [...roots].sort()) {
    loadOrder(modules, root, seen, order)
    for (const path of loadOrder(modules, root)) {
      loadedBy.set(path, [...(loadedBy.get(path) ?? []), root])
    }
  }
  const chunks = new Map()
  for (const path of order) {
    const module = modules.get(path)
    if (roots.has(path) && module.exports.length + module.stars.length === 0) continue
    const key = loadedBy.get(path).join(' ')
    if (!chunks.has(key)) chunks.set(key, { file: `publib/joined/${chunks.size}.js`, modules: [] })
    module.chunk = chunks.get(key)
    module.chunk.modules.push(module)
  }
  return [...chunks.values()]
}

/** Everything that a module needs, in the order in which it is run. */
function loadOrder(modules, path, seen = new Set(), order = []) {
  if (seen.has(path)) return order
  seen.add(path)
  const { uses, dynamic } = modules.get(path)
  for (const used of uses) loadOrder(modules, used, seen, order)
  if (EAGER.includes(path))
    for (const { target } of dynamic) loadOrder(modules, target, seen, order)
  order.push(path)
  return order
}
