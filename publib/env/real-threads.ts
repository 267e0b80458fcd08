import { type Transferable, Worker } from 'node:worker_threads'
import { entryUrl } from './entry.ts'
import type { Thread, ThreadOptions, Threads } from './env.ts'

/** Short-lived objects of a task live here; below 48 MiB the collector runs all the time, above 96 pauses grow. */
const YOUNG_MIB_MIN = 48
const YOUNG_MIB_MAX = 96

/** Threads of this process; what they print passes through to its stdout and stderr. */
export const realThreads: Threads = { start: options => new RealThread(options) }

class RealThread implements Thread {
  onMessage: ((message: unknown) => void) | undefined
  onExit: ((code: number, error: unknown) => void) | undefined
  readonly #worker: Worker
  #error: unknown

  constructor(options: ThreadOptions) {
    this.#worker = new Worker(entryUrl(options.entry), {
      name: options.name,
      workerData: options.data,
      ...(options.heapMiB === undefined ? {} : { resourceLimits: limitsFor(options.heapMiB) }),
    })
    this.#worker.on('message', message => this.onMessage?.(message))
    this.#worker.on('messageerror', error => {
      this.#error = error
      void this.terminate()
    })
    this.#worker.on('error', error => {
      this.#error = error
    })
    this.#worker.on('exit', code => this.onExit?.(code, this.#error))
    // Who waits for a thread holds a port or a socket; a thread that nobody waits for ends with the process.
    this.#worker.unref()
  }

  post(message: unknown, transfer: readonly unknown[] = []): void {
    this.#worker.postMessage(message, transfer as readonly Transferable[])
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }
}

function limitsFor(heapMiB: number) {
  const young = Math.max(YOUNG_MIB_MIN, Math.min(YOUNG_MIB_MAX, Math.floor(heapMiB / 8)))
  return { maxOldGenerationSizeMb: heapMiB, maxYoungGenerationSizeMb: young }
}
