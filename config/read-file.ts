import { isUtf8 } from 'node:buffer'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { extname } from 'node:path'
import { type Entry, SyntaxProblem } from './entry.ts'
import { settingsFileRefused } from './errors.ts'
import { parseJson } from './parse-json.ts'
import { parseProperties } from './parse-properties.ts'
import { parseYaml } from './yaml.ts'

/** What a settings file holds. */
export interface SettingsFile {
  readonly path: string
  /** Whether its format has types of its own. */
  readonly typed: boolean
  readonly entries: readonly Entry[]
  /** Its permissions. */
  readonly mode: number
}

const BYTES_MAX = 1024 * 1024

/** Reads a settings file; the format follows from the name. Undefined where there is none and it `mayBeAbsent`. */
export function readSettingsFile(path: string, mayBeAbsent = false): SettingsFile | undefined {
  const read = readBytes(path, mayBeAbsent)
  if (read === undefined) return undefined
  const format = formatOf(path)
  const text = decode(path, read.bytes)
  try {
    return { path, typed: format.typed, entries: format.parse(text), mode: read.mode }
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error
    throw settingsFileRefused(`${path}:${error.line}:${error.column}`, error.message)
  }
}

function formatOf(path: string): { typed: boolean; parse: (text: string) => Entry[] } {
  switch (extname(path).toLowerCase()) {
    case '.json':
      return { typed: true, parse: parseJson }
    case '.yaml':
    case '.yml':
      return { typed: true, parse: parseYaml }
    case '.js':
    case '.mjs':
    case '.cjs':
    case '.ts':
    case '.toml':
    case '.xml':
      throw settingsFileRefused(path, 'settings are properties (.conf), JSON or YAML, never code')
    default:
      return { typed: false, parse: parseProperties }
  }
}

function readBytes(
  path: string,
  mayBeAbsent: boolean,
): { bytes: Buffer; mode: number } | undefined {
  let fd: number
  try {
    // Not blocking: a pipe that nobody writes to would hold us for ever.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' && mayBeAbsent) return undefined
    throw settingsFileRefused(path, whyNotOpened(code), error)
  }
  try {
    const found = fstatSync(fd)
    if (found.isDirectory()) throw settingsFileRefused(path, 'is a folder, not a settings file')
    if (!found.isFile()) throw settingsFileRefused(path, 'is no regular file')
    if (found.size > BYTES_MAX) {
      throw settingsFileRefused(path, `has ${found.size} bytes; settings files have at most 1 MB`)
    }
    const bytes = Buffer.alloc(found.size)
    const count = readSync(fd, bytes)
    return { bytes: bytes.subarray(0, count), mode: found.mode & 0o777 }
  } finally {
    closeSync(fd)
  }
}

function whyNotOpened(code: string | undefined): string {
  if (code === 'ENOENT') return 'there is no such settings file'
  if (code === 'EACCES') return 'no permission to read this settings file'
  return `this settings file cannot be read (${code ?? 'unknown error'})`
}

function decode(path: string, bytes: Buffer): string {
  if (looksLikeUtf16(bytes)) throw settingsFileRefused(path, 'looks like UTF-16; save it as UTF-8')
  if (!isUtf8(bytes)) {
    const { line, offset } = firstInvalid(bytes)
    throw settingsFileRefused(`${path}:${line}`, `invalid UTF-8 at byte ${offset}`)
  }
  const text = bytes.toString('utf8')
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

function looksLikeUtf16(bytes: Buffer): boolean {
  const [first, second] = [bytes[0], bytes[1]]
  if (first === 0xff && second === 0xfe) return true
  if (first === 0xfe && second === 0xff) return true
  return bytes.length >= 2 && (first === 0) !== (second === 0)
}

/** The line that is not UTF-8, and the offset of the first byte that fits no character. */
function firstInvalid(bytes: Buffer): { line: number; offset: number } {
  let line = 1
  let start = 0
  for (let end = bytes.indexOf(10); ; end = bytes.indexOf(10, start)) {
    const stop = end === -1 ? bytes.length : end + 1
    if (!isUtf8(bytes.subarray(start, stop))) break
    line++
    start = stop
  }
  let offset = start
  while (offset < bytes.length) {
    const size = characterSize(bytes[offset] ?? 0)
    if (!isUtf8(bytes.subarray(offset, offset + size))) break
    offset += size
  }
  return { line, offset }
}

function characterSize(first: number): number {
  if (first >= 0xf0) return 4
  if (first >= 0xe0) return 3
  return first >= 0xc0 ? 2 : 1
}
