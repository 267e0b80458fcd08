import { tmpdir } from 'node:os'
import type { Env } from '#publib/env'
import { newApplicationId } from './backend/application-id.ts'
import { claimFolder } from './backend/temp-folder.ts'

/** A folder for what the driver keeps on disk until it stops; made when it is first asked for, and swept by others after a crash. */
export class DriverFolder {
  readonly #env: Pick<Env, 'clock' | 'random' | 'files'>
  readonly #parent: string
  #path: Promise<string> | undefined
  readonly #removeNow: () => void = () => {
    if (this.#made !== undefined) this.#env.files.sync.remove(this.#made)
  }
  #made: string | undefined

  constructor(env: Pick<Env, 'clock' | 'random' | 'files'>, localFolders: readonly string[] = []) {
    this.#env = env
    this.#parent = localFolders[0] ?? tmpdir()
  }

  path(): Promise<string> {
    this.#path ??= this.#make()
    return this.#path
  }

  async #make(): Promise<string> {
    const { files } = this.#env
    const path = `${this.#parent}/simspark-${newApplicationId(this.#env)}`
    await files.makeFolder(path)
    claimFolder(files, path)
    process.on('exit', this.#removeNow)
    this.#made = path
    return path
  }

  async remove(): Promise<void> {
    await this.#path?.catch(() => undefined)
    process.off('exit', this.#removeNow)
    if (this.#made !== undefined) await this.#env.files.remove(this.#made)
  }
}
