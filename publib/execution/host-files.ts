import type { OpenFile, SyncFiles } from '#publib/env'
import type { DriverToExecutor } from '#publib/protocol'
import { addedFileRefused } from './errors.ts'
import { isAddedName } from './spark-files.ts'

type Piece = DriverToExecutor & { readonly type: 'file' }

/**
 * The files of `sc.addFile`, as a host takes them in. Pieces come in order and before the tasks that may read them; a file
 * has its name only when it is whole, and one that comes again is left as it is.
 */
export class HostFiles {
  readonly #files: SyncFiles
  readonly #folder: string
  readonly #whole = new Set<string>()
  #open: { readonly name: string; readonly file: OpenFile } | undefined

  constructor(files: SyncFiles, folder: string) {
    this.#files = files
    this.#folder = folder
  }

  /** @throws INTERNAL where the driver names a place outside of the folder */
  take({ name, offset, size, isExecutable }: Piece, chunk: Uint8Array): void {
    if (!isAddedName(name)) throw addedFileRefused(name)
    if (this.#whole.has(name)) return
    const path = `${this.#folder}/${name}`
    const unfinished = `${this.#folder}.part`
    if (offset === 0) {
      this.#open?.file.close()
      this.#files.makeFolder(path.slice(0, path.lastIndexOf('/')))
      this.#files.remove(unfinished)
      const mode = isExecutable ? 0o700 : 0o600
      this.#open = { name, file: this.#files.open(unfinished, 'wx', mode) }
    }
    const open = this.#open
    if (open?.name !== name || open.file.size !== offset) return
    if (chunk.length > 0) open.file.write(chunk)
    if (offset + chunk.length < size) return
    open.file.close()
    this.#open = undefined
    this.#files.renameNoReplace(unfinished, path)
    this.#whole.add(name)
  }

  /** Lets go of a file that never became whole. */
  close(): void {
    this.#open?.file.close()
    this.#open = undefined
  }
}
