import { tmpdir } from 'node:os'
import { absolutePath } from '#publib/datasource'
import type { FileStat, Files } from '#publib/env'
import { setDriverFiles } from '#publib/execution'
import { SimSparkError } from '#publib/util'
import { claimFolder } from './backend/temp-folder.ts'
import { fileNameTaken, needsRecursive, nothingToAdd } from './errors.ts'
import type { Operation } from './operations/operation.ts'
import type { AddedFile } from './scheduler/host-link.ts'

const CHUNK_BYTES = 1_048_576

export interface AddedFilesParts {
  readonly files: Files
  readonly applicationId: () => string
  /** The folder for temporary files; the system's by default. */
  readonly localFolder: string | undefined
}

/**
 * The files that a program gives its executors: copied once, as they are now, into a folder of the driver's, from where each
 * host is sent them before its next task.
 */
export class AddedFiles {
  readonly #parts: AddedFilesParts
  /** By the name under which tasks find it, the path that was given. */
  readonly #sources = new Map<string, string>()
  readonly #files: AddedFile[] = []
  #pending: Promise<void> | undefined
  #isPlaced = false

  constructor(parts: AddedFilesParts) {
    this.#parts = parts
  }

  /** All that hosts are to have, in the order in which they were added. */
  get files(): readonly AddedFile[] {
    return this.#files
  }

  /** The paths as they were given. */
  get sources(): readonly string[] {
    return [...this.#sources.values()]
  }

  /** Jobs that start now wait for it; undefined: nothing is being added. */
  get pending(): Promise<void> | undefined {
    return this.#pending
  }

  /** @throws PATH_NOT_FOUND, PATH_REFUSED, FILE_NAME_TAKEN, INVALID_ARGUMENT */
  add(op: Operation, given: string, recursive: boolean): Promise<void> {
    const path = absolutePath(given).replace(/(?<=.)\/+$/, '')
    const name = path.slice(path.lastIndexOf('/') + 1)
    const before = this.#sources.get(name)
    if (before === path) return this.#pending ?? Promise.resolve()
    if (before !== undefined) throw fileNameTaken(op, name, before)
    if (name === '') throw nothingToAdd(op, given)
    this.#sources.set(name, path)
    const added = (this.#pending ?? Promise.resolve()).then(async () => {
      try {
        this.#files.push(...(await this.#take(op, path, name, recursive)))
      } catch (error) {
        this.#sources.delete(name)
        throw error
      }
    })
    // Whoever added it is told how it went; jobs only wait.
    const pending = added.catch(() => undefined)
    this.#pending = pending
    void pending.then(() => {
      if (this.#pending === pending) this.#pending = undefined
    })
    return added
  }

  /** At the end of the application. */
  async remove(): Promise<void> {
    await this.#pending
    if (!this.#isPlaced) return
    setDriverFiles(undefined)
    await this.#parts.files.remove(this.#home)
  }

  readChunk({ path, size }: AddedFile, offset: number): Uint8Array {
    const file = this.#parts.files.sync.open(path, 'r')
    try {
      const chunk = new Uint8Array(Math.min(CHUNK_BYTES, size - offset))
      return chunk.subarray(0, file.read(chunk, offset))
    } finally {
      file.close()
    }
  }

  get #home(): string {
    const { applicationId, localFolder } = this.#parts
    return `${localFolder ?? tmpdir()}/simspark-${applicationId()}-files`
  }

  async #take(
    op: Operation,
    path: string,
    name: string,
    recursive: boolean,
  ): Promise<readonly AddedFile[]> {
    const { files } = this.#parts
    const stat = await files.stat(path)
    if (stat === undefined) throw nothingToAdd(op, path)
    const isFolder = await this.#isFolder(path, stat)
    if (isFolder && !recursive) throw needsRecursive(op, path)
    await this.#place()
    try {
      return isFolder
        ? await this.#takeFolder(path, name)
        : [await this.#takeFile(path, name, stat)]
    } catch (error) {
      if (error instanceof SimSparkError) throw error
      throw nothingToAdd(op, path, error)
    }
  }

  async #takeFolder(path: string, name: string): Promise<readonly AddedFile[]> {
    const { files } = this.#parts
    await files.makeFolder(`${this.#home}/files/${name}`)
    const taken: AddedFile[] = []
    for (const entry of [...(await files.list(path))].sort()) {
      const [from, to] = [`${path}/${entry}`, `${name}/${entry}`]
      const stat = await files.stat(from)
      // Sockets, pipes and links to elsewhere stay where they are.
      if (stat?.kind === 'folder') taken.push(...(await this.#takeFolder(from, to)))
      else if (stat?.kind === 'file') taken.push(await this.#takeFile(from, to, stat))
    }
    return taken
  }

  async #takeFile(from: string, name: string, { mode }: FileStat): Promise<AddedFile> {
    const { files } = this.#parts
    const path = `${this.#home}/files/${name}`
    const isExecutable = (mode & 0o111) !== 0
    const copy = files.sync.open(path, 'w', isExecutable ? 0o700 : 0o600)
    try {
      const chunk = new Uint8Array(CHUNK_BYTES)
      let size = 0
      for (;;) {
        const count = await files.readRange(from, size, chunk)
        if (count === 0) return { name, path, size, isExecutable }
        copy.write(chunk.subarray(0, count))
        size += count
      }
    } finally {
      copy.close()
    }
  }

  async #isFolder(path: string, { kind }: FileStat): Promise<boolean> {
    if (kind !== 'link') return kind === 'folder'
    return this.#parts.files.list(path).then(
      () => true,
      () => false,
    )
  }

  async #place(): Promise<void> {
    if (this.#isPlaced) return
    this.#isPlaced = true
    const { files } = this.#parts
    await files.makeFolder(`${this.#home}/files`)
    claimFolder(files, this.#home)
    const isThere = (path: string): boolean => files.sync.stat(path) !== undefined
    setDriverFiles({ folder: `${this.#home}/files`, isThere })
  }
}
