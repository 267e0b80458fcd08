/** Files of packages: which package, which version, which path inside it. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { isReference } from '../function.ts'

export interface PackageFile {
  readonly file: string
  readonly name: string
  readonly folder: string
  readonly version: string
  /** The path inside the package's folder. */
  readonly subpath: string
}

const NODE_MODULES = '/node_modules/'
const versions = new Map<string, string>()

export function isPackageFile(file: string): boolean {
  return /[\\/]node_modules[\\/]/.test(file)
}

/** Undefined for files outside of node_modules. */
export function packageFile(file: string): PackageFile | undefined {
  const path = file.replaceAll('\\', '/')
  const at = path.lastIndexOf(NODE_MODULES)
  if (at < 0) return undefined
  const rest = path.slice(at + NODE_MODULES.length).split('/')
  const name = rest.slice(0, rest[0]?.startsWith('@') ? 2 : 1).join('/')
  const folder = path.slice(0, at + NODE_MODULES.length) + name
  return {
    file,
    name,
    folder,
    version: packageVersion(folder),
    subpath: path.slice(folder.length + 1),
  }
}

/** The version in a package's folder; empty where none can be read. */
export function packageVersion(folder: string): string {
  let version = versions.get(folder)
  if (version === undefined) {
    version = readVersion(folder)
    versions.set(folder, version)
  }
  return version
}

function readVersion(folder: string): string {
  try {
    const manifest: unknown = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
    const version = isReference(manifest) ? Reflect.get(manifest, 'version') : undefined
    return typeof version === 'string' ? version : ''
  } catch {
    return ''
  }
}

/** A script's file, where it has one: URLs of files become paths, others stay. */
export function fileOfUrl(url: string): string {
  if (!url.startsWith('file:')) return url
  try {
    return fileURLToPath(url)
  } catch {
    return url
  }
}
