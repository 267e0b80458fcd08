import { join } from 'node:path'
import type { Files } from '#publib/env'
import type { Logger } from '#publib/log'
import type { ApplicationId, HostId } from '#publib/util'
import type { HostFiles } from './host-process.ts'

/** Logs of hosts that have ended are kept for people, so many of the latest. */
const LOGS_MAX = 50

/**
 * The data of applications on this worker: `apps/<application>/{shuffle,spill,hosts}` and `logs/`.
 * What is deleted is renamed first, so that nobody waits for a large folder and none is found half deleted.
 */
export class WorkFolder {
  readonly #files: Files
  readonly #workDir: string
  readonly #log: Logger
  readonly #deletions = new Set<Promise<void>>()
  #trashed = 0

  constructor(files: Files, workDir: string, log: Logger) {
    this.#files = files
    this.#workDir = workDir
    this.#log = log
  }

  /** Holds a folder for each application: what the block service serves. */
  get path(): string {
    return join(this.#workDir, 'apps')
  }

  /** Deletes what a life before this one left, and logs beyond the latest. */
  async sweep(): Promise<void> {
    await this.#files.makeFolder(this.#workDir)
    const found = await this.#files.list(this.#workDir)
    const left = found.filter(name => name === 'apps' || name.startsWith('trash-'))
    for (const name of left) await this.#files.remove(join(this.#workDir, name))
    await this.#files.makeFolder(this.path)
    await this.#files.makeFolder(join(this.#workDir, 'logs'))
    await this.#trimLogs()
  }

  filesOf(applicationId: ApplicationId, hostId: HostId): HostFiles {
    const folder = join(this.path, applicationId)
    const name = hostId.replace(/[^A-Za-z0-9-]/g, '_')
    const logPath = join(this.#workDir, 'logs', `${name}.log`)
    return { folder, workFolder: join(folder, 'hosts', name), logPath }
  }

  /** Gone from its place when it resolves, from the disk a little later. */
  async delete(applicationId: ApplicationId, what: 'all' | 'spill'): Promise<void> {
    const folder = join(this.path, applicationId)
    const path = what === 'all' ? folder : join(folder, 'spill')
    const trash = join(this.#workDir, `trash-${applicationId}-${this.#trashed++}`)
    try {
      await this.#files.rename(path, trash)
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') return
      this.#log.warn('cannot put files aside', { path, error })
    }
    const deletion = this.#remove(trash).finally(() => this.#deletions.delete(deletion))
    this.#deletions.add(deletion)
  }

  /** Waits until nothing is being deleted. */
  async close(): Promise<void> {
    await Promise.all(this.#deletions)
  }

  async #remove(path: string): Promise<void> {
    try {
      await this.#files.remove(path)
      await this.#trimLogs()
    } catch (error) {
      this.#log.warn('cannot delete files', { path, error })
    }
  }

  async #trimLogs(): Promise<void> {
    const folder = join(this.#workDir, 'logs')
    const names = await this.#files.list(folder)
    if (names.length <= LOGS_MAX) return
    const dated = await Promise.all(
      names.map(async name => {
        const path = join(folder, name)
        return { path, modifiedMs: (await this.#files.stat(path))?.modifiedMs ?? 0 }
      }),
    )
    dated.sort((a, b) => b.modifiedMs - a.modifiedMs)
    for (const { path } of dated.slice(LOGS_MAX)) await this.#files.remove(path)
  }
}
