/** What the CommonJS files of this process export, read from the loader's cache. */
import { createRequire } from 'node:module'
import { types } from 'node:util'
import { type AnyFunction, isFunction, isReference, ownValue, sourceText } from '../function.ts'
import { builtinPlace } from './builtin-modules.ts'
import { isPackageFile, packageFile } from './packages.ts'

export interface CommonJsPlace {
  readonly file: string
  readonly path: readonly string[]
}

const { cache } = createRequire(import.meta.url)
const packageExports = new Map<object, CommonJsPlace>()
const userExports = new Map<object, string>()
let scannedCount = 0
let isCurrent = false

/** Where a package's file exports a value. */
export function commonJsPlace(value: object): CommonJsPlace | undefined {
  scan()
  return packageExports.get(value)
}

/** Whether a value is the whole `module.exports` of one of the user's files. */
export function isUserExports(value: object): boolean {
  scan()
  return userExports.has(value)
}

export function isPackageExport(value: object): boolean {
  return commonJsPlace(value) !== undefined || builtinPlace(value) !== undefined
}

/** Files may have been loaded since the last capture; during one, nothing runs that loads any. */
export function expectNewFiles(): void {
  isCurrent = false
}

function scan(): void {
  if (isCurrent) return
  isCurrent = true
  const files = Object.keys(cache)
  if (files.length === scannedCount) return
  scannedCount = files.length
  for (const file of files) {
    const exports: unknown = cache[file]?.exports
    if (!isReference(exports) || packageExports.has(exports) || userExports.has(exports)) continue
    if (isPackageFile(file)) addExports(file, exports)
    else userExports.set(exports, file)
  }
}

function addExports(file: string, exports: object): void {
  add(exports, { file, path: [] })
  if (types.isProxy(exports)) return
  for (const key of Object.keys(exports)) {
    const descriptor = Object.getOwnPropertyDescriptor(exports, key)
    if (descriptor && 'value' in descriptor) add(descriptor.value, { file, path: [key] })
  }
}

function add(value: unknown, place: CommonJsPlace): void {
  if (!isReference(value) || packageExports.has(value)) return
  packageExports.set(value, place)
  if (!isFunction(value)) return
  const prototype: unknown = Object.getOwnPropertyDescriptor(value, 'prototype')?.value
  if (isReference(prototype) && !packageExports.has(prototype)) {
    packageExports.set(prototype, { file: place.file, path: [...place.path, 'prototype'] })
  }
}

/**
 * Whether several exports of a file have one text: then a factory makes them, and may go on completing their prototypes while
 * they are used, so that a freshly loaded package has less than this one.
 */
export function isFactoryMade(fn: AnyFunction): boolean {
  const place = commonJsPlace(fn)
  const exports: unknown = place && cache[place.file]?.exports
  if (!isReference(exports) || types.isProxy(exports)) return false
  const text = sourceText(fn)
  return Object.keys(exports).some(key => {
    const other = ownValue(exports, key)
    return isFunction(other) && other !== fn && sourceText(other) === text
  })
}

/** Exports behind getters: looked for among the files of the function's own package only. */
export function searchPackage(fn: object, ownFile: string): CommonJsPlace | undefined {
  const known = commonJsPlace(fn)
  if (known) return known
  const owner = packageFile(ownFile)
  if (!owner) return undefined
  for (const [file, module] of Object.entries(cache)) {
    const exports: unknown = module?.exports
    if (!file.startsWith(`${owner.folder}/`) || !isReference(exports)) continue
    const key = Object.keys(exports).find(each => safeGet(exports, each) === fn)
    if (key === undefined) continue
    const place = { file, path: [key] }
    packageExports.set(fn, place)
    return place
  }
  return undefined
}

function safeGet(object: object, key: string): unknown {
  try {
    return Reflect.get(object, key)
  } catch {
    return undefined
  }
}
