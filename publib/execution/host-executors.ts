import type { FromExecutorThread, RoomAnswer, RoomRequest } from '#publib/protocol'
import type { LossCause } from '#publib/task'
import type { ExecutorId } from '#publib/util'
import type { ExecutorHostOptions } from './executor-host-options.ts'
import type { ExecutorLink } from './executor-link.ts'
import { HostCallDesk } from './host-call-desk.ts'

/** What executors say that is not served at once. */
export type HeardByHost = Exclude<FromExecutorThread, { readonly type: 'call' }>

export interface HostExecutorsHooks {
  readonly makeRoom: (request: RoomRequest) => RoomAnswer
  readonly turn: (hear: () => void) => void
  readonly heard: (executorId: ExecutorId, generation: number, message: HeardByHost) => void
  readonly exited: (executorId: ExecutorId, generation: number, cause: LossCause) => void
}

/** How a host reaches its executors, and who answers them while they stand still. */
export class HostExecutors {
  readonly #options: ExecutorHostOptions
  readonly #hooks: HostExecutorsHooks
  readonly #links = new Map<ExecutorId, ExecutorLink>()
  readonly #desks = new Map<ExecutorId, HostCallDesk>()

  constructor(options: ExecutorHostOptions, hooks: HostExecutorsHooks) {
    this.#options = options
    this.#hooks = hooks
  }

  get links(): ReadonlyMap<ExecutorId, ExecutorLink> {
    return this.#links
  }

  link(executorId: ExecutorId): ExecutorLink | undefined {
    return this.#links.get(executorId)
  }

  /** Hears what has ended by now. */
  hear(): void {
    for (const link of this.#links.values()) link.hear?.()
  }

  /** Answers nothing more. */
  close(): void {
    for (const desk of this.#desks.values()) desk.close()
  }

  start(executorId: ExecutorId, generation: number): ExecutorLink {
    const { links, blocks, cacheBudget } = this.#options
    const { makeRoom, turn, heard, exited } = this.#hooks
    const desk = new HostCallDesk(() => link, blocks, makeRoom)
    const link = links.start({
      ...{ executorId, generation, makeRoom, turn, cacheBudget: cacheBudget.memory },
      onMessage: message => {
        if (message.type === 'call') desk.serve(message.call)
        else heard(executorId, generation, message)
      },
      onExit: cause => {
        desk.close()
        if (this.#links.get(executorId) === link) this.#links.delete(executorId)
        exited(executorId, generation, cause)
      },
    })
    this.#links.set(executorId, link)
    this.#desks.set(executorId, desk)
    return link
  }
}
