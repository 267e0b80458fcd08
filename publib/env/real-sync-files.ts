import * as fs from 'node:fs'
import { constants } from 'node:fs'
import type { OpenFile, SyncFiles } from './env.ts'
import { notARegularFile } from './errors.ts'
import { fileStat, isMissing } from './file-stat.ts'

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_TRUNC } = constants
const FLAGS = {
  r: O_RDONLY | O_NONBLOCK,
  wx: O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW,
  w: O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW,
}

/** The file system for threads that never wait for promises. Reading follows links, writing refuses them. */
export const realSyncFiles: SyncFiles = {
  open(path, flags, mode = 0o600): OpenFile {
    const file = fs.openSync(path, FLAGS[flags], mode)
    try {
      const stats = fs.fstatSync(file)
      if (!stats.isFile()) throw notARegularFile(path)
      return new RealOpenFile(file, stats.size)
    } catch (error) {
      fs.closeSync(file)
      throw error
    }
  },

  readFile: path => fs.readFileSync(path),

  renameNoReplace(from, to) {
    try {
      fs.linkSync(from, to)
    } catch (error) {
      if (!hasNoLinks(error)) throw error
      return renameUnderClaim(from, to)
    }
    fs.unlinkSync(from)
  },

  remove: path => fs.rmSync(path, { recursive: true, force: true }),

  makeFolder(path) {
    fs.mkdirSync(path, { recursive: true, mode: 0o700 })
  },

  stat(path) {
    try {
      return fileStat(fs.lstatSync(path))
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  },

  list: folder => fs.readdirSync(folder),
}

class RealOpenFile implements OpenFile {
  readonly #file: number
  #size: number
  #isOpen = true

  constructor(file: number, size: number) {
    this.#file = file
    this.#size = size
  }

  get size(): number {
    return this.#size
  }

  read(into: Uint8Array, position: number): number {
    let done = 0
    while (done < into.length) {
      const count = fs.readSync(this.#file, into, done, into.length - done, position + done)
      if (count === 0) break
      done += count
    }
    return done
  }

  /** A full disk takes a part without an error and only refuses the next write, so this asks until all is taken. */
  write(bytes: Uint8Array): void {
    let done = 0
    while (done < bytes.length) {
      const count = fs.writeSync(this.#file, bytes, done, bytes.length - done, this.#size)
      done += count
      this.#size += count
    }
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    fs.closeSync(this.#file)
  }
}

function hasNoLinks(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS' || code === 'EMLINK'
}

/** For file systems without hard links: a folder, which only one can make, stands for the right to the name. */
function renameUnderClaim(from: string, to: string): void {
  const claim = `${to}.claim`
  fs.mkdirSync(claim, { mode: 0o700 })
  try {
    if (fs.existsSync(to)) {
      throw Object.assign(new Error(`EEXIST: file already exists, '${to}'`), { code: 'EEXIST' })
    }
    fs.renameSync(from, to)
  } finally {
    fs.rmdirSync(claim)
  }
}
