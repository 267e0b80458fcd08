/** Values that travel as a package and a path, because executors have the package too. */
import { createRequire, isBuiltin, Module } from 'node:module'
import { types } from 'node:util'
import { parseModule } from '../analysis/syntax.ts'
import type { Script } from '../engine/scripts.ts'
import { scriptText } from '../engine/scripts.ts'
import { isFunction, isReference } from '../function.ts'
import type { ModuleNeed } from '../wire.ts'
import { commonJsPlace, isPackageExport } from './commonjs.ts'
import { intrinsicPath } from './intrinsics.ts'
import { isPackageFile, packageFile } from './packages.ts'

export interface ModuleReference {
  readonly need: ModuleNeed
  readonly path: readonly string[]
}

interface Import {
  readonly specifier: string
  /** `*` for the whole namespace. */
  readonly imported: string
}

/** What ESM files import from packages and from Node, by identity. */
const imported = new WeakMap<object, ModuleReference>()
const tables = new Map<string, ReadonlyMap<string, Import>>()
const registered = new Set<string>()

/** The reference of a value that some file imports from a package, or that a loaded package exports. */
export function moduleReference(value: object): ModuleReference | undefined {
  return imported.get(value) ?? commonJsReference(value)
}

function commonJsReference(value: object): ModuleReference | undefined {
  const place = commonJsPlace(value)
  return place && fileReference(place.file, place.path, 'commonjs')
}

/** A part of a package's file. */
export function fileReference(
  file: string,
  path: readonly string[],
  format: 'commonjs' | 'module',
): ModuleReference | undefined {
  const owner = packageFile(file)
  if (!owner) return undefined
  const { name, version, subpath } = owner
  return { need: { kind: 'file', file, package: name, version, subpath, format }, path }
}

/** Learns what a module's imports are, once its scope was met. */
export function registerImports(script: Script, scope: Readonly<Record<string, unknown>>): void {
  if (registered.has(script.id)) return
  registered.add(script.id)
  for (const [local, binding] of importTable(script.id)) {
    const value = readBinding(scope, local)
    if (isReference(value)) registerImport(value, binding, script.url)
  }
}

function readBinding(scope: Readonly<Record<string, unknown>>, name: string): unknown {
  try {
    return scope[name]
  } catch {
    return undefined
  }
}

function registerImport(value: object, binding: Import, parent: string): void {
  const { specifier, imported: name } = binding
  if (imported.has(value) || intrinsicPath(value)) return
  if (isBuiltin(specifier)) {
    const full = specifier.startsWith('node:') ? specifier : `node:${specifier}`
    const need: ModuleNeed = { kind: 'builtin', specifier: full, namespace: true }
    if (name === '*') imported.set(value, { need, path: [] })
    return
  }
  if (/^[./#]|^file:|^data:/.test(specifier)) return
  const file = resolveFrom(parent, specifier)
  if (file !== undefined && !isPackageFile(file)) return
  const owner = file === undefined ? undefined : packageFile(file)
  const need: ModuleNeed = {
    kind: 'import',
    specifier,
    parent,
    package: owner?.name ?? specifier,
    version: owner?.version ?? '',
  }
  registerExport(value, need, name === '*' ? [] : [name])
  if (name === '*') registerNamespace(value, need)
}

function registerNamespace(namespace: object, need: ModuleNeed): void {
  for (const key of Object.keys(namespace)) {
    const value: unknown = Reflect.get(namespace, key)
    if (isReference(value)) registerExport(value, need, [key])
  }
}

function registerExport(value: object, need: ModuleNeed, path: readonly string[]): void {
  if (imported.has(value)) return
  imported.set(value, { need, path })
  const prototype = isFunction(value)
    ? Object.getOwnPropertyDescriptor(value, 'prototype')?.value
    : undefined
  if (isReference(prototype) && !imported.has(prototype)) {
    imported.set(prototype, { need, path: [...path, 'prototype'] })
  }
}

function resolveFrom(parent: string, specifier: string): string | undefined {
  try {
    return createRequire(parent).resolve(specifier)
  } catch {
    return undefined
  }
}

/** The local names that a module's import declarations make. */
function importTable(scriptId: string): ReadonlyMap<string, Import> {
  let table = tables.get(scriptId)
  if (!table) {
    table = readImports(scriptText(scriptId))
    tables.set(scriptId, table)
  }
  return table
}

function readImports(text: string): ReadonlyMap<string, Import> {
  const table = new Map<string, Import>()
  if (!/\bimport\b/.test(text)) return table
  for (const node of parseModule(text)?.body ?? []) {
    if (node.type !== 'ImportDeclaration') continue
    for (const each of node.specifiers) {
      table.set(each.local.name, {
        specifier: String(node.source.value),
        imported: importedName(each),
      })
    }
  }
  return table
}

type Specifier =
  | { type: 'ImportDefaultSpecifier' }
  | { type: 'ImportNamespaceSpecifier' }
  | { type: 'ImportSpecifier'; imported: { name: string } | { value?: unknown } }

function importedName(specifier: Specifier): string {
  if (specifier.type === 'ImportDefaultSpecifier') return 'default'
  if (specifier.type === 'ImportNamespaceSpecifier') return '*'
  const { imported: name } = specifier
  return 'name' in name ? name.name : String(name.value)
}

/**
 * Whether an object only stands for a module: an ESM namespace, a user's CommonJS exports, or the wrapper that a compiler
 * or bundler makes around one. Of such an object only what is used travels.
 */
export function isModuleWrapper(value: object): boolean {
  if (types.isModuleNamespaceObject(value) || value instanceof Module) return true
  if (types.isProxy(value) || typeof value !== 'object') return false
  if (Object.hasOwn(value, '__esModule')) return true
  if (Reflect.get(value, Symbol.toStringTag) === 'Module') return true
  const inner = Object.getOwnPropertyDescriptor(value, 'default')
  if (!inner) return false
  const exports: unknown = inner.get ? Reflect.get(value, 'default') : inner.value
  return isReference(exports) && isPackageExport(exports)
}
