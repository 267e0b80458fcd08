import type { Files } from '#publib/env'
import type { ShuffleId } from '#publib/util'

const NAME = /^shuffle_(\d{1,15})_/

/**
 * The shuffle files of one application on one worker, as its host sees them: those of shuffles that nobody can ask for any
 * more are deleted. Drops that come while files are being deleted are done together, in one more look at the folder.
 */
export class ShuffleFiles {
  readonly #files: Files
  readonly #folder: string
  #dropped = new Set<number>()
  #sweep: Promise<void> | undefined

  constructor(files: Files, folder: string) {
    this.#files = files
    this.#folder = folder
  }

  drop(shuffleIds: readonly ShuffleId[]): void {
    for (const id of shuffleIds) this.#dropped.add(id)
    this.#sweep ??= this.#deleteAll()
  }

  /** Resolves when nothing is being deleted. */
  async settled(): Promise<void> {
    await this.#sweep
  }

  async #deleteAll(): Promise<void> {
    while (this.#dropped.size > 0) {
      const dropped = this.#dropped
      this.#dropped = new Set()
      const names = await this.#files.list(this.#folder).catch(() => [])
      for (const name of names) {
        const id = NAME.exec(name)?.[1]
        if (id === undefined || !dropped.has(Number(id))) continue
        // What cannot be deleted now goes with the application's folder.
        await this.#files.remove(`${this.#folder}/${name}`).catch(() => undefined)
      }
    }
    this.#sweep = undefined
  }
}
