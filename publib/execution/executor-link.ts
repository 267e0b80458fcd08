import type {
  FromExecutorThread,
  HostAnswer,
  RoomAnswer,
  RoomRequest,
  ToExecutorThread,
} from '#publib/protocol'
import type { LossCause } from '#publib/task'
import type { ExecutorId } from '#publib/util'
import type { ControlBlock, Progress } from './control-block.ts'

/** How a host reaches one of its executors: a thread, or the driver's own in local mode. */
export interface ExecutorLink {
  readonly control: ControlBlock
  readonly progress: Progress
  post(message: ToExecutorThread): void
  /** Hears at once what it has told and nobody has heard yet; absent: there never is any. */
  hear?(): void
  /** Answers an executor that stands still. */
  answer(answer: HostAnswer, transfer?: readonly ArrayBuffer[]): void
  terminate(): void
}

export interface LinkOptions {
  readonly executorId: ExecutorId
  readonly generation: number
  /** Counts what the cached blocks of the host hold. */
  readonly cacheBudget: SharedArrayBuffer
  /** For executors that need not stand still to ask. */
  readonly makeRoom: (request: RoomRequest) => RoomAnswer
  readonly onMessage: (message: FromExecutorThread) => void
  /** Called around all that is heard in one go. Default: each stands for itself. */
  readonly turn?: (hear: () => void) => void
  /** Called once, with why. */
  readonly onExit: (cause: LossCause) => void
}

/** Where a host gets its executors from. */
export interface ExecutorLinks {
  start(options: LinkOptions): ExecutorLink
  /** Whether tasks run: only then is the process kept alive by them. */
  setBusy(isBusy: boolean): void
  /** What is posted until `release` goes out then, to each executor in one message. Absent: nothing is held. */
  hold?(): void
  release?(): void
}
