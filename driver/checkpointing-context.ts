import { ContextFiles } from './context-files.ts'
import type { Jobs } from './operations/jobs.ts'

/** Where a context has its reliable checkpoints. */
export abstract class CheckpointingContext extends ContextFiles {
  protected abstract readonly jobs: Jobs

  /**
   * Where reliable checkpoints are written: a folder that all executors can write, and that stays. Below it each application
   * has its own, made by the first checkpoint.
   *
   * @example
   * sc.setCheckpointDir('/shared/checkpoints')
   */
  setCheckpointDir(path: string): void {
    this.jobs.checkpoints.setFolder(path)
  }

  /** The application's own folder of checkpoints; undefined where none is set. */
  getCheckpointDir(): string | undefined {
    return this.jobs.checkpoints.folder
  }
}
