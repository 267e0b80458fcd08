import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Files } from '#publib/env'
import { reasonOf } from './byte-source.ts'
import { type Codec, checkReadable, codecOfName } from './codecs/index.ts'
import { pathNotFound, pathRefused } from './errors.ts'
import type { InputFile } from './input-file.ts'
import { isPartName, readManifest } from './manifest.ts'
import { whereOutputStands } from './output-folders.ts'

export interface ListOptions {
  /** Default: told by the names of the files. */
  readonly codec?: Codec | undefined
}

/**
 * The files that paths stand for, in their order; those of a folder or a pattern by name. A path is a file, a folder (its files,
 * not those of folders in it), or a pattern, absolute or from the working folder, or a `file:` URL; what stands there
 * literally goes before what it would mean as a pattern. Files in folders whose names begin with `.` or `_` are left out.
 * `~` and variables are the shell's, and mean nothing here.
 *
 * @throws PATH_NOT_FOUND, PATH_REFUSED, CODEC_UNAVAILABLE
 */
export async function listInputs(
  paths: string | readonly string[],
  files: Files,
  options: ListOptions = {},
): Promise<InputFile[]> {
  const found: InputFile[] = []
  for (const path of typeof paths === 'string' ? [paths] : paths) {
    for (const file of await listPath(path, files)) {
      const codec = options.codec ?? codecOfName(file.path)
      checkReadable(codec, file.path)
      found.push({ ...file, codec })
    }
  }
  return found
}

type Found = Pick<InputFile, 'path' | 'size'>

async function listPath(given: string, files: Files): Promise<Found[]> {
  const path = absolutePath(given)
  const stands = await whereOutputStands(path, files)
  const kind = await kindOf(stands, files)
  if (kind !== undefined) return listExisting(stands, kind, files)
  if (!isPattern(path)) throw pathNotFound(given, await missingReason(path, files))
  const matches = (await expandPattern(path)).map(withoutSlash).filter(match => !isHidden(match))
  if (matches.length === 0) throw pathNotFound(given, 'no file matches the pattern')
  const lists = await Promise.all(
    matches.sort().map(async match => listExisting(match, await kindOf(match, files), files)),
  )
  return lists.flat()
}

type Kind = { readonly kind: 'file'; readonly size: number } | { readonly kind: 'folder' }

async function listExisting(path: string, found: Kind | undefined, files: Files): Promise<Found[]> {
  if (found === undefined) throw pathNotFound(path, 'it is gone, or a link to nothing')
  return found.kind === 'file' ? [{ path, size: found.size }] : listFolder(path, files)
}

async function listFolder(folder: string, files: Files): Promise<Found[]> {
  const names = (await files.list(folder)).filter(name => !isHidden(name)).sort()
  const manifest = await readManifest(folder, files)
  const committed = new Map(manifest?.files.map(file => [file.name, file]))
  for (const name of committed.keys()) {
    if (!names.includes(name))
      throw pathRefused(join(folder, name), 'its manifest lists it, but it is gone')
  }
  // Parts that no manifest lists are those of a job that has not been committed.
  const visible = names.filter(
    name => manifest === undefined || committed.has(name) || !isPartName(name),
  )
  return Promise.all(
    visible.map(async name => {
      const path = join(folder, name)
      const found = await kindOf(path, files)
      if (found?.kind === 'folder') {
        throw pathRefused(
          path,
          'it is a folder in a folder that is read',
          `Say which folders to read, as in ${JSON.stringify(join(folder, '*'))}.`,
        )
      }
      if (found === undefined) throw pathNotFound(path, 'it is gone, or a link to nothing')
      checkSize(path, found.size, isPartName(name) ? committed.get(name)?.bytes : undefined)
      return { path, size: found.size }
    }),
  )
}

/** A part that is not as long as its manifest says has been cut or changed. @throws PATH_REFUSED */
function checkSize(path: string, size: number, expected: number | undefined): void {
  if (expected === undefined || size === expected) return
  throw pathRefused(
    path,
    `its manifest says that it has ${expected} bytes, and it has ${size}`,
    'Save it again; if you have changed it yourself, remove the manifest.',
  )
}

/** Links are followed, by opening what they point to. */
async function kindOf(path: string, files: Files): Promise<Kind | undefined> {
  const stat = await files.stat(path)
  if (stat === undefined) return undefined
  if (stat.kind === 'file') return { kind: 'file', size: stat.size }
  if (stat.kind === 'folder') return { kind: 'folder' }
  if (stat.kind === 'other') throw pathRefused(path, 'it is no regular file')
  try {
    await files.list(path)
    return { kind: 'folder' }
  } catch {
    return kindOfLink(path, files)
  }
}

function kindOfLink(path: string, files: Files): Kind | undefined {
  try {
    const file = files.sync.open(path, 'r')
    const { size } = file
    file.close()
    return { kind: 'file', size }
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ENOENT') return undefined
    throw pathRefused(path, `what the link points to cannot be opened: ${reasonOf(error)}`)
  }
}

const SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i

/** A path from a path or a `file:` URL. @throws PATH_REFUSED for other schemes */
export function absolutePath(path: string): string {
  const scheme = SCHEME.exec(path)?.[1]?.toLowerCase()
  if (path === '' || path.includes('\0')) throw pathRefused(path, 'it is no path')
  if (scheme === 'file') return fileURLToPath(path)
  if (scheme !== undefined) {
    throw pathRefused(path, `${scheme}: is not supported`, 'Give a path, or a file: URL.')
  }
  return resolve(path)
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

function isHidden(path: string): boolean {
  const name = basename(path)
  return name.startsWith('.') || name.startsWith('_')
}

async function missingReason(path: string, files: Files): Promise<string> {
  let parent = dirname(path)
  while (parent !== dirname(parent) && (await files.stat(parent)) === undefined) {
    parent = dirname(parent)
  }
  return `the nearest folder that exists is ${JSON.stringify(parent)}`
}

/** Whether a path holds a pattern: `*`, `?`, `[…]`, `{…}` or `!(…)`. */
function isPattern(path: string): boolean {
  return /[*?]|\[[^\]]*\]|\{[^}]*\}|[!+@]\(/.test(path)
}

/** Files and folders that a pattern matches, absolute; loaded only where there is a pattern. */
async function expandPattern(pattern: string): Promise<string[]> {
  const { glob } = await import('tinyglobby')
  return glob(pattern, { absolute: true, onlyFiles: false, expandDirectories: false, dot: false })
}
