import { constants } from 'node:fs'
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  truncate,
} from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Files } from './env.ts'
import { notARegularFile } from './errors.ts'
import { fileStat, isMissing } from './file-stat.ts'
import { realRandom } from './real-random.ts'
import { realSyncFiles } from './real-sync-files.ts'

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants
/** A pipe that somebody put in a file's place must not hold the reader: it opens at once and is then refused. */
const READ_OWN = O_RDONLY | O_NOFOLLOW | O_NONBLOCK

/**
 * The file system, for what simSpark itself keeps: files 0600 in folders 0700, links refused at the last component.
 * Data of users is read through `sync`, which follows links.
 */
export const realFiles: Files = {
  async readFile(path) {
    return withFile(await open(path, READ_OWN), async file => {
      if (!(await file.stat()).isFile()) throw notARegularFile(path)
      return file.readFile()
    })
  },

  async writeFile(path, bytes) {
    const temporary = temporaryNameFor(path)
    try {
      const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
      await withFile(await open(temporary, flags, 0o600), async file => {
        await writeAll(file, bytes)
        await file.sync()
      })
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
    await syncFolder(dirname(path))
  },

  async append(path, bytes) {
    const file = await open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600)
    const size = await withFile(file, async () => {
      const before = (await file.stat()).size
      try {
        await writeAll(file, bytes)
      } catch (error) {
        // A disk that filled up in the middle must not leave half a record before the next one.
        await file.truncate(before).catch(() => undefined)
        throw error
      }
      await file.sync()
      return before
    })
    if (size === 0) await syncFolder(dirname(path))
  },

  truncate: (path, size) => truncate(path, size),

  async stat(path) {
    try {
      return fileStat(await lstat(path))
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  },

  list: folder => readdir(folder),

  async makeFolder(path) {
    await mkdir(path, { recursive: true, mode: 0o700 })
  },

  remove: path => rm(path, { recursive: true, force: true }),
  rename: (from, to) => rename(from, to),

  async readRange(path, position, into) {
    return withFile(await open(path, READ_OWN), async file => {
      if (!(await file.stat()).isFile()) throw notARegularFile(path)
      let done = 0
      while (done < into.length) {
        const { bytesRead } = await file.read(into, done, into.length - done, position + done)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return done
    })
  },

  sync: realSyncFiles,
}

function temporaryNameFor(path: string): string {
  return join(
    dirname(path),
    `.${basename(path)}.${Buffer.from(realRandom.bytes(6)).toString('hex')}.tmp`,
  )
}

async function withFile<T>(file: FileHandle, use: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}

/** A full disk takes a part of a write without an error and only refuses the next one. */
async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done)
    done += bytesWritten
  }
}

/** Makes a rename survive a power cut. Some systems cannot open folders: there is nothing to do there. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, O_RDONLY).catch(() => undefined)
  if (folder === undefined) return
  await withFile(folder, file => file.sync()).catch(ignoreUnsupported)
}

function ignoreUnsupported(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EINVAL' && error.code !== 'EPERM' && error.code !== 'EISDIR') throw error
}
