/** Under which name an ES module exports a function: found in the module's text, so it works without a registry. */

import { type AnyNode, parseModule } from '../analysis/syntax.ts'
import { scriptText } from '../engine/scripts.ts'

const tables = new Map<string, ReadonlyMap<string, string>>()

/** The export whose declaration has exactly this text. */
export function exportName(scriptId: string, text: string): string | undefined {
  let table = tables.get(scriptId)
  if (!table) {
    table = readExports(scriptText(scriptId))
    tables.set(scriptId, table)
  }
  return table.get(text)
}

interface Found {
  /** Functions and classes at the top of the module, by local name. */
  readonly declared: Map<string, AnyNode>
  /** Exported names by local name. */
  readonly exported: Map<string, string>
}

const UNNAMED = '*default*'

function readExports(text: string): ReadonlyMap<string, string> {
  const found: Found = { declared: new Map(), exported: new Map() }
  for (const node of parseModule(text)?.body ?? []) noteStatement(node, found)
  const byText = new Map<string, string>()
  for (const [local, node] of found.declared) {
    const name = found.exported.get(local)
    if (name !== undefined) byText.set(text.slice(node.start, node.end), name)
  }
  return byText
}

function noteStatement(node: AnyNode, found: Found): void {
  if (node.type === 'ExportDefaultDeclaration') {
    noteDefault(node.declaration as AnyNode, found)
  } else if (node.type === 'ExportNamedDeclaration') {
    if (node.declaration) {
      for (const name of noteDeclaration(node.declaration, found)) found.exported.set(name, name)
    }
    if (node.source) return
    for (const { local, exported } of node.specifiers) {
      found.exported.set(nameOf(local), nameOf(exported))
    }
  } else noteDeclaration(node, found)
}

function noteDefault(declaration: AnyNode, found: Found): void {
  if (declaration.type === 'Identifier') {
    found.exported.set(declaration.name, 'default')
    return
  }
  if (!isCallable(declaration)) return
  const id = 'id' in declaration ? declaration.id : undefined
  const local = id?.type === 'Identifier' ? id.name : UNNAMED
  found.declared.set(local, declaration)
  found.exported.set(local, 'default')
}

function noteDeclaration(node: AnyNode, found: Found): string[] {
  if (node.type === 'VariableDeclaration') {
    return node.declarations.flatMap(({ id, init }) => {
      if (id.type !== 'Identifier') return []
      if (init && isCallable(init)) found.declared.set(id.name, init)
      return [id.name]
    })
  }
  const isDeclaration = node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration'
  if (!isDeclaration || !node.id) return []
  found.declared.set(node.id.name, node)
  return [node.id.name]
}

function isCallable(node: AnyNode): boolean {
  return /Function|Class/.test(node.type)
}

function nameOf(node: { name: string } | { value?: unknown }): string {
  return 'name' in node ? node.name : String(node.value)
}
