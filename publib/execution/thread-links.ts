import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { BlockLocation } from '#publib/blocks'
import type { Files, Thread, Threads } from '#publib/env'
import type { FromExecutorThread, HostAnswer, ToExecutorThread } from '#publib/protocol'
import { CacheBudget } from '#publib/storage'
import type { LossCause } from '#publib/task'
import { type ErrorData, textOf } from '#publib/util'
import { ControlBlock, type Progress } from './control-block.ts'
import { BELL, EndRing } from './end-ring.ts'
import type { ExecutorLink, ExecutorLinks, LinkOptions } from './executor-link.ts'
import { removeLeftovers, type TaskFolders } from './task-leftovers.ts'
import type { ThreadData, ThreadPorts } from './thread-data.ts'
import { packMail } from './thread-messages.ts'

const ENTRY = 'publib/execution/executor-thread-main.js'

/** What all executor threads of a host have in common. */
export interface ThreadLinksOptions extends TaskFolders {
  readonly threads: Threads
  readonly files: Files
  readonly location: BlockLocation
  /** Heap of one executor; undefined: V8's own limit. */
  readonly heapMiB: number | undefined
  /** What keepers of data in one executor may count on. */
  readonly memoryBytes: number
  /** The part of it that they may fill. */
  readonly memoryFraction: number
}

/** What a thread need not hear before it has something else to do: it is told together with that. */
const CAN_WAIT: ReadonlySet<ToExecutorThread['type']> = new Set(['dropStages', 'dropShuffles'])
/** Unless so much of it waits. */
const MAIL_MAX = 64

/** Executors that are threads of this process. */
export class ThreadLinks implements ExecutorLinks {
  readonly #options: ThreadLinksOptions
  readonly #links = new Set<ThreadLink>()
  #isBusy = false
  /** Links with mail that leaves at the release; undefined: nothing is held. */
  #held: ThreadLink[] | undefined
  readonly #holds = (link: ThreadLink): boolean => {
    this.#held?.push(link)
    return this.#held !== undefined
  }

  constructor(options: ThreadLinksOptions) {
    this.#options = options
  }

  /** A thread that cannot be started ends at once, with the reason. */
  start(options: LinkOptions): ExecutorLink {
    try {
      return this.#start(options)
    } catch (error) {
      const message = `its thread could not be started: ${textOf(error)}`
      queueMicrotask(() => options.onExit({ kind: 'threadExit', message, counts: false }))
      return new NoLink()
    }
  }

  #start(options: LinkOptions): ExecutorLink {
    const link = new ThreadLink(this.#options, this.#holds, {
      ...options,
      onExit: cause => {
        this.#links.delete(link)
        const room = link.control.cacheRoomBytes
        if (room > 0) new CacheBudget(options.cacheBudget).give(room)
        const { phase, taskId } = link.progress
        if (phase !== 'idle') void removeLeftovers(this.#options.files, this.#options, taskId)
        options.onExit(cause)
      },
    })
    this.#links.add(link)
    link.setBusy(this.#isBusy)
    return link
  }

  setBusy(isBusy: boolean): void {
    if (isBusy === this.#isBusy) return
    this.#isBusy = isBusy
    for (const link of this.#links) link.setBusy(isBusy)
  }

  hold(): void {
    this.#held ??= []
  }

  release(): void {
    const links = this.#held
    this.#held = undefined
    if (links !== undefined) for (let i = 0; i < links.length; i++) links[i]?.send()
  }
}

/** To a thread that never was. */
class NoLink implements ExecutorLink {
  readonly control = new ControlBlock()
  readonly progress = this.control.progress
  post(): void {}
  answer(): void {}
  terminate(): void {}
}

class ThreadLink implements ExecutorLink {
  readonly control = new ControlBlock()
  readonly #ends = new EndRing()
  readonly #thread: Thread
  readonly #messages: MessagePort
  readonly #answers: MessagePort
  readonly #heapMiB: number | undefined
  readonly #hear: (message: FromExecutorThread) => void
  /** What goes in the next message, at the end of the turn at the latest. */
  #mail: ToExecutorThread[] = []
  #isSending = false
  #isClosed = false
  #uncaught: { readonly error: ErrorData; readonly origin: string } | undefined

  readonly #holds: (link: ThreadLink) => boolean

  /** @param holds notes a link that has mail; false: nobody will send it */
  constructor(
    common: ThreadLinksOptions,
    holds: (link: ThreadLink) => boolean,
    options: LinkOptions,
  ) {
    this.#holds = holds
    const { executorId, generation } = options
    this.#heapMiB = common.heapMiB
    const data: ThreadData = {
      executorId,
      control: this.control.memory,
      ends: this.#ends.memory,
      cacheBudget: options.cacheBudget,
      memoryBytes: common.memoryBytes,
      memoryFraction: common.memoryFraction,
      shuffleFolder: common.shuffleFolder,
      spillFolder: common.spillFolder,
      location: common.location,
    }
    const { heapMiB } = common
    const name = `executor ${executorId}${generation === 1 ? '' : ` (${generation})`}`
    this.#thread = common.threads.start({ entry: ENTRY, name, data, heapMiB })
    const messages = new MessageChannel()
    const answers = new MessageChannel()
    const ports: ThreadPorts = { messages: messages.port2, answers: answers.port2 }
    this.#thread.post(ports, [messages.port2, answers.port2])
    this.#messages = messages.port1
    this.#answers = answers.port1
    this.#hear = options.onMessage
    const { turn = call => call() } = options
    this.#messages.on('message', (message: FromExecutorThread | typeof BELL) => {
      turn(() => this.#take(message))
    })
    this.#messages.unref()
    this.#thread.onExit = (code, error) => this.#exited(code, error, options.onExit)
  }

  #take(message: FromExecutorThread | typeof BELL): void {
    this.#ends.drain(this.#hear)
    if (message === BELL) return
    if (message.type === 'uncaught') this.#uncaught = message
    else this.#hear(message)
    this.#ends.noteHeard()
  }

  get progress(): Progress {
    return this.control.progress
  }

  post(message: ToExecutorThread): void {
    this.#mail.push(message)
    if (this.#isSending || (CAN_WAIT.has(message.type) && this.#mail.length < MAIL_MAX)) return
    this.#isSending = true
    if (!this.#holds(this)) queueMicrotask(() => this.send())
  }

  answer(answer: HostAnswer, transfer: readonly ArrayBuffer[] = []): void {
    this.#answers.postMessage(answer, transfer)
    this.control.wake()
  }

  hear(): void {
    this.#ends.drain(this.#hear)
  }

  /** Sends what waits. */
  send(): void {
    this.#isSending = false
    const mail = this.#mail
    this.#mail = []
    if (!this.#isClosed) this.#messages.postMessage(packMail(mail))
  }

  terminate(): void {
    // How it ended is told by onExit.
    void this.#thread.terminate()
  }

  setBusy(isBusy: boolean): void {
    if (isBusy) this.#messages.ref()
    else this.#messages.unref()
  }

  /** What it said last may lie unread in the port. */
  #exited(code: number, error: unknown, onExit: (cause: LossCause) => void): void {
    setImmediate(() => {
      this.#ends.drain(this.#hear)
      this.#isClosed = true
      this.#messages.close()
      this.#answers.close()
      onExit(this.#causeOf(code, error))
    })
  }

  #causeOf(code: number, error: unknown): LossCause {
    if ((error as { code?: unknown } | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY') {
      return outOfMemory(this.#heapMiB)
    }
    const uncaught = this.#uncaught?.error
    if (uncaught !== undefined) {
      const message = `nobody caught ${uncaught.name}: ${uncaught.message}${stackOf(uncaught)}`
      return { kind: 'threadExit', message, counts: false }
    }
    if (error !== undefined) {
      return { kind: 'threadExit', message: `its thread failed: ${String(error)}`, counts: true }
    }
    const message = `its thread ended with exit code ${code}: a function called process.exit(${code})`
    return { kind: 'exitCode', message, counts: true }
  }
}

function outOfMemory(heapMiB: number | undefined): LossCause {
  const limit = heapMiB === undefined ? "Node's own limit" : `its limit of ${heapMiB} MiB`
  const message =
    `the heap of the executor reached ${limit}; ` +
    'raise simspark.executor.memory, use more partitions, or keep less in one function'
  return { kind: 'outOfMemory', message, counts: true }
}

function stackOf({ stack }: ErrorData): string {
  const frames = stack?.split('\n').slice(1, 4) ?? []
  return frames.length === 0 ? '' : `\n${frames.join('\n')}`
}
