import type { Clock, Files } from '#publib/env'
import type { DriverToExecutor, FromExecutorThread } from '#publib/protocol'
import type { BlockSource, CacheBudget } from '#publib/storage'
import type { LossCause, TaskDescription } from '#publib/task'
import type { ExecutorId, HostId } from '#publib/util'
import type { ExecutorLinks } from './executor-link.ts'

/** What an executor host finds around it, and whom it tells. */
export interface ExecutorHostOptions {
  readonly hostId: HostId
  readonly clock: Clock
  readonly links: ExecutorLinks
  readonly blocks: BlockSource
  readonly files: Files
  /** Where its executors write map outputs. */
  readonly shuffleFolder: string
  readonly cacheBudget: CacheBudget
  /** What user functions wrote; the task is known while it runs. */
  readonly onOutput: (output: UserOutputPiece, task: TaskDescription | undefined) => void
  /** The driver spoke, whatever it said. */
  readonly onDriverMessage?: (type: DriverToExecutor['type']) => void
  /** Executors that stand ready for the first time, and those that are gone for good: for the worker. */
  readonly onExecutorsReady: (executorIds: readonly ExecutorId[]) => void
  readonly onExecutorLost: (executorId: ExecutorId, cause: LossCause) => void
  /** This process cannot go on: a thread of it does not end. Absent in a process that must: the thread is left to itself. */
  readonly onReplace?: (reason: string) => void
}

export type UserOutputPiece = FromExecutorThread & { readonly type: 'output' }
