import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs'
import { isAbsolute } from 'node:path'
import { CliError, ExitCode, errnoOf } from './exit-codes.ts'

const STATE_BYTES_MAX = 1024 * 1024

/**
 * Makes sure that a folder is there and is ours alone: no link, our own, mode 0700.
 * Made with its parents where it is not there and `create` is given; resolves to whether it is there.
 */
export function checkPrivateFolder(path: string, options: { create: boolean }): boolean {
  if (!isAbsolute(path)) throw new CliError(ExitCode.usage, `${shown(path)} is not absolute`)
  const found = lstat(path)
  if (found === undefined) {
    if (!options.create) return false
    createFolder(path)
    return checkPrivateFolder(path, { create: false })
  }
  if (found.isSymbolicLink()) refuse(path, 'is a symbolic link; name the folder itself')
  if (!found.isDirectory()) refuse(path, 'is not a folder')
  if (!isOurs(found)) refuse(path, `belongs to user ${found.uid}, not to us`)
  if ((found.mode & 0o077) !== 0) {
    const mode = (found.mode & 0o777).toString(8).padStart(4, '0')
    refuse(path, `is open to others (mode ${mode}); chmod 700 ${path}`)
  }
  return true
}

/** The text of a file of ours; undefined where there is none. Links, and what others own, are refused. */
export function readPrivateFile(path: string): string | undefined {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    if (errnoOf(error) === 'ELOOP') refuse(path, 'is a symbolic link')
    throw error
  }
  try {
    const found = fstatSync(fd)
    if (!found.isFile()) refuse(path, 'is not a regular file')
    if (!isOurs(found)) refuse(path, `belongs to user ${found.uid}, not to us`)
    if (found.size > STATE_BYTES_MAX) refuse(path, `has ${found.size} bytes; it is none of ours`)
    return readFileSync(fd, 'utf8')
  } finally {
    closeSync(fd)
  }
}

/** Writes a file whole or not at all: temporary name, fsync, rename. Mode 0600 whatever the umask. */
export function writePrivateFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`
  rmSync(temporary, { force: true })
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
  try {
    const fd = openSync(temporary, flags, 0o600)
    try {
      const bytes = Buffer.from(text)
      // A full disk writes short once and fails at the next call.
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

function createFolder(path: string): void {
  const before = process.umask(0o077)
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENAMETOOLONG') {
      throw new CliError(ExitCode.usage, `the path ${shown(path)} is too long for this system`)
    }
    const why = error instanceof Error ? error.message : String(error)
    throw new CliError(ExitCode.environment, `cannot make the folder ${shown(path)}: ${why}`, error)
  } finally {
    process.umask(before)
  }
}

function lstat(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    if (errnoOf(error) === 'ENAMETOOLONG') {
      throw new CliError(ExitCode.usage, `the path ${shown(path)} is too long for this system`)
    }
    const why = error instanceof Error ? error.message : String(error)
    throw new CliError(ExitCode.environment, `cannot look at ${shown(path)}: ${why}`, error)
  }
}

function isOurs(found: Stats): boolean {
  const uid = process.getuid?.()
  return uid === undefined || found.uid === uid
}

function refuse(path: string, why: string): never {
  throw new CliError(ExitCode.refused, `${shown(path)} ${why}`)
}

function shown(path: string): string {
  const text = path.length > 200 ? `${path.slice(0, 200)}…` : path
  return JSON.stringify(text)
}
