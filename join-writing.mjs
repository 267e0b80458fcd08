// Writes the joined files: what join.mjs put together, with the parts that join-reading.mjs found in each module.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'

/** The text of one file: each of its modules as a function that gives the module's exports, and their source maps. */
export function chunkFile(chunk, modules, dist) {
  const head = new Head(chunk.file, modules)
  let lines = 0
  const parts = []
  const sections = []
  const add = text => {
    parts.push(text)
    lines += text.split('\n').length - 1
  }
  for (const module of chunk.modules) {
    add(`\n// ${module.path}\nconst ${module.name} = (() => {\n`)
    sections.push({ offset: { line: lines, column: 0 }, map: mapOf(module, dist, chunk.file) })
    add(`${bodyOf(module, modules, head)}\nreturn ${exportsOf(module, head)}\n})();\n`)
  }
  parts.push(`export { ${chunk.modules.map(({ name }) => name).join(', ')} };\n`)
  const top = head.text()
  const shift = top.split('\n').length - 1
  for (const { offset } of sections) offset.line += shift
  const map = {
    version: 3,
    file: posix.basename(chunk.file),
    sections: sections.filter(({ map }) => map !== undefined),
  }
  return {
    path: chunk.file,
    text: `${top}${parts.join('')}//# sourceMappingURL=${posix.basename(chunk.file)}.map\n`,
    map,
  }
}

/** What stands under a module's own path: its exports, or the module itself where it belongs to no file. */
export function ownFile(module, modules) {
  const head = new Head(module.path, modules)
  if (module.chunk === undefined) {
    const body = bodyOf(module, modules, head)
    const named = module.exports.map(({ name, local, target }) =>
      target === undefined ? `${local} as ${name}` : undefined,
    )
    const through = [...namesOf(module, modules)].filter(
      name => !named.some(n => n?.endsWith(` as ${name}`)),
    )
    const rest = through
      .map(name => `const $${name} = ${exportOf(module, name, modules, head)};\n`)
      .join('')
    const all = [...named.filter(Boolean), ...through.map(name => `$${name} as ${name}`)]
    return {
      path: module.path,
      text: `${shebangFirst(body, head.text())}${passedOn(module, modules)}${rest}${all.length ? `export { ${all.join(', ')} };\n` : 'export {};\n'}`,
    }
  }
  const name = head.ref(module)
  const names = [...namesOf(module, modules)]
  const text = names.map(n => `export const ${n} = ${name}.${n};\n`).join('')
  return {
    path: module.path,
    text: `${head.text()}${passedOn(module, modules)}${text || 'export {};\n'}`,
  }
}

function shebangFirst(body, head) {
  const shebang = /^#!.*\n/.exec(body)?.[0] ?? ''
  return `${shebang}${head}${body.slice(shebang.length)}\n`
}

/** The imports at the head of a file: whatever its modules use from elsewhere, once. */
class Head {
  #file
  #modules
  #outside = new Map()
  #chunks = new Map()

  constructor(file, modules) {
    this.#file = file
    this.#modules = modules
  }

  /** The name in this file of what a target gives. */
  of({ own, outside }) {
    if (outside === undefined) return this.ref(this.#modules.get(own))
    if (!this.#outside.has(outside)) this.#outside.set(outside, `x${this.#outside.size}`)
    return this.#outside.get(outside)
  }

  ref(module) {
    const file = module.chunk?.file ?? module.path
    if (file !== this.#file) {
      if (!this.#chunks.has(file)) this.#chunks.set(file, new Set())
      this.#chunks.get(file).add(module.chunk === undefined ? `* as ${module.name}` : module.name)
    }
    return module.name
  }

  text() {
    const outside = [...this.#outside].map(([from, name]) =>
      isBuiltin(from)
        ? `const ${name} = process.getBuiltinModule('${from}');\n`
        : `import * as ${name} from '${from}';\n`,
    )
    const chunks = [...this.#chunks].map(([file, names]) => {
      const [first] = names
      const what = first.startsWith('*') ? first : `{ ${[...names].join(', ')} }`
      return `import ${what} from '${path(this.#file, file)}';\n`
    })
    return [...outside, ...chunks].join('')
  }

  get file() {
    return this.#file
  }
}

function path(from, to) {
  const found = posix.relative(posix.dirname(from), to)
  return found.startsWith('.') ? found : `./${found}`
}

/** A module's text with its imports as constants and without the word export, line for line. */
function bodyOf(module, modules, head) {
  const edits = module.edits.map(({ start, end, imports }) => ({
    start,
    end,
    text: imports.map(i => constants(i, head)).join(''),
  }))
  for (const { start, end, target } of module.dynamic)
    edits.push({ start, end, text: dynamicOf(modules.get(target), head) })
  for (const { start, end } of module.meta) {
    const own = path(head.file, module.path)
    edits.push({
      start,
      end,
      text:
        module.path === head.file
          ? 'import.meta'
          : `({ url: new URL('${own}', import.meta.url).href })`,
    })
  }
  edits.sort((a, b) => a.start - b.start)
  let text = ''
  let at = 0
  for (const edit of edits) {
    const gone = module.text.slice(edit.start, edit.end)
    text += module.text.slice(at, edit.start) + edit.text + '\n'.repeat(gone.split('\n').length - 1)
    at = edit.end
  }
  return (text + module.text.slice(at)).replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '')
}

function constants({ target, names }, head) {
  const from = head.of(target)
  const isWhole = n => n.whole !== undefined || (n.from === 'default' && isBuiltin(target.outside))
  const whole = names.filter(isWhole).map(n => `const ${n.whole ?? n.to} = ${from};`)
  const parts = names
    .filter(n => !isWhole(n))
    .map(n => (n.from === n.to ? n.to : `${n.from}: ${n.to}`))
  return [
    ...whole,
    ...(parts.length === 0 ? [] : [`const { ${parts.join(', ')} } = ${from};`]),
  ].join(' ')
}

function dynamicOf(target, head) {
  const { chunk, name } = target
  if (chunk === undefined) return `import('${path(head.file, target.path)}')`
  if (chunk.file === head.file) return `Promise.resolve(${name})`
  return `import('${path(head.file, chunk.file)}').then(file => file.${name})`
}

function namesOf(module, modules) {
  const names = new Set(module.exports.map(({ name }) => name))
  for (const { own } of module.stars) {
    if (own !== undefined) for (const name of namesOf(modules.get(own), modules)) names.add(name)
  }
  return names
}

/** What a module passes on whole from outside. */
function passedOn(module, modules) {
  const lines = module.stars.map(({ own, outside }) =>
    own === undefined ? `export * from '${outside}';\n` : passedOn(modules.get(own), modules),
  )
  return lines.join('')
}

function exportsOf(module, head) {
  const stars = module.stars.map(target => `...${head.of(target)}`)
  const own = module.exports.map(({ name, local, target }) =>
    target !== undefined
      ? `${name}: ${memberOf(head.of(target), local)}`
      : name === local
        ? name
        : `${name}: ${local}`,
  )
  return `{ ${[...stars, ...own].join(', ')} };`
}

function exportOf(module, name, modules, head) {
  const found = module.exports.find(e => e.name === name)
  if (found !== undefined) return memberOf(head.of(found.target), found.local)
  const star = module.stars.find(
    ({ own }) => own !== undefined && namesOf(modules.get(own), modules).has(name),
  )
  return `${head.of(star)}.${name}`
}

/** Node's own modules are asked for as they are: as modules of the language each costs a face with all its getters called. */
function isBuiltin(specifier) {
  return specifier?.startsWith('node:') === true
}

/** Without a name it is the whole module. */
function memberOf(module, name) {
  return name === undefined ? module : `${module}.${name}`
}

/** A module's own source map, told from where its text stands now. */
function mapOf({ path: from }, dist, to) {
  const file = join(dist, `${from}.map`)
  if (!existsSync(file)) return undefined
  const { mappings, names, sources } = JSON.parse(readFileSync(file, 'utf8'))
  const folder = join(dist, 'joined', dirname(to))
  const told = sources.map(s =>
    relative(folder, join(dist, dirname(from), s))
      .split(sep)
      .join('/'),
  )
  return { version: 3, sources: told, names, mappings }
}
