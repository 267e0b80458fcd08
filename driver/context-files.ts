import { ContextControl } from './context-control.ts'

/** What a context gives its executors beside data. */
export abstract class ContextFiles extends ContextControl {
  // ─ Files for executors: jobs that start later wait for them

  /**
   * A file, as it is now, for `SparkFiles.get` in tasks and on the driver, by its name: the last part of the path. Of a
   * folder, which needs `recursive`, all regular files, as `folder/name`. Adding the same path again does nothing.
   *
   * @throws PATH_NOT_FOUND, PATH_REFUSED, FILE_NAME_TAKEN where another path has that name
   * @example await sc.addFile('stop-words.txt')
   */
  async addFile(path: string, recursive = false): Promise<void> {
    const op = this.operation('addFile')
    await this.engine.addedFiles.add(op, path, recursive)
  }

  /** The paths of what was added, absolute. */
  listFiles(): readonly string[] {
    this.operation('listFiles')
    return this.engine.addedFiles.sources
  }
}
