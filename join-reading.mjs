// What a compiled module has to do with others, read from its text: for join.mjs.
import { posix } from 'node:path'

/** What a module imports and exports, and where that stands in its text. */
export function readModule(path, name, text, parse) {
  const program = parse(text, { ecmaVersion: 'latest', sourceType: 'module' })
  const module = {
    path,
    name,
    text,
    imports: [],
    uses: new Set(),
    dynamic: [],
    exports: [],
    stars: [],
    edits: [],
    meta: [],
  }
  for (const node of program.body) readStatement(module, node)
  visit(program, node => {
    if (node.type === 'ImportExpression' && node.source.type === 'Literal') {
      const target = targetOf(path, node.source.value)
      if (target !== undefined) module.dynamic.push({ start: node.start, end: node.end, target })
    }
    if (node.type === 'MetaProperty' && node.meta.name === 'import') module.meta.push(node)
  })
  return module
}

function readStatement(module, node) {
  const { path, edits } = module
  const cut = (start, end, imports = []) => edits.push({ start, end, imports })
  switch (node.type) {
    case 'ImportDeclaration': {
      const target = use(module, node.source.value)
      const names = node.specifiers.map(({ type, imported, local }) =>
        type === 'ImportNamespaceSpecifier'
          ? { whole: local.name }
          : { from: type === 'ImportDefaultSpecifier' ? 'default' : imported.name, to: local.name },
      )
      return cut(node.start, node.end, [{ target, names }])
    }
    case 'ExportAllDeclaration':
      if (node.exported === null) module.stars.push(use(module, node.source.value))
      else module.exports.push({ name: node.exported.name, target: use(module, node.source.value) })
      return cut(node.start, node.end)
    case 'ExportNamedDeclaration': {
      const { declaration, source, specifiers } = node
      if (declaration !== null) {
        if (declaration.kind === 'let' || declaration.kind === 'var')
          throw new Error(`${path}: exports a variable that may change`)
        const names = declaration.id
          ? [declaration.id.name]
          : declaration.declarations.map(({ id }) => id.name)
        for (const name of names) module.exports.push({ name, local: name })
        return cut(node.start, declaration.start)
      }
      const target = source === null ? undefined : use(module, source.value)
      for (const { local, exported } of specifiers)
        module.exports.push({ name: exported.name, local: local.name, target })
      return cut(node.start, node.end)
    }
    case 'ExportDefaultDeclaration':
      throw new Error(`${path}: export default is not joined`)
    default:
  }
}

/** The module that a specifier names: a path of ours, or what Node or a package gives. */
function use(module, specifier) {
  const own = targetOf(module.path, specifier)
  const target = own === undefined ? { outside: specifier } : { own }
  if (own !== undefined) module.uses.add(own)
  return target
}

function targetOf(path, specifier) {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier)
  if (specifier.startsWith('#publib/'))
    return `publib/${specifier.slice('#publib/'.length)}/index.js`
  if (specifier.startsWith('#')) return `${specifier.slice(1)}/index.js`
  return undefined
}

function visit(node, enter) {
  enter(node)
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === 'string') visit(child, enter)
    }
  }
}
