import { setFlagsFromString } from 'node:v8'
import { type Transferable, Worker } from 'node:worker_threads'
import { entryUrl } from './entry.ts'
import type { Thread, ThreadOptions, Threads } from './env.ts'

/** Short-lived objects of a task live here; below 48 MiB the collector runs all the time, above 96 pauses grow. */
const YOUNG_MIB_MIN = 48
const YOUNG_MIB_MAX = 96
/**
 * The collector of a thread looks at all of its heap only when so much is there, memory of typed arrays included: columns are
 * little heap and many arrays, and from 64 MiB on, as by default, it would look a hundred times a job and find nothing.
 */
const COLLECTED_FROM_MIB = 256

/**
 * The young generation of a heap begins at 1 MiB and grows only while much of it survives. Tasks on columns leave nothing
 * behind, so that it stays small, and is collected three times as often as need be.
 */
const SEMI_SPACE_MIB_MIN = 16
/**
 * The heap of the thread that starts others is there already, and small: it grows to the same size, the largest that V8 gives
 * it by default, in one step instead of four. A small job leaves 50 KiB behind, and every collection on the way makes one of
 * them wait.
 */
const SEMI_SPACE_GROWTH = 16

/** Threads of this process; what they print passes through to its stdout and stderr. */
export const realThreads: Threads = { start: options => new RealThread(options) }

class RealThread implements Thread {
  onMessage: ((message: unknown) => void) | undefined
  onExit: ((code: number, error: unknown) => void) | undefined
  readonly #worker: Worker
  #error: unknown

  constructor(options: ThreadOptions) {
    // Heaps that are made from now on begin so.
    setFlagsFromString(`--min-semi-space-size=${SEMI_SPACE_MIB_MIN}`)
    setFlagsFromString(`--semi-space-growth-factor=${SEMI_SPACE_GROWTH}`)
    if (options.heapMiB !== undefined) {
      const collectedFrom = Math.min(COLLECTED_FROM_MIB, Math.floor(options.heapMiB / 4))
      setFlagsFromString(`--initial-old-space-size=${collectedFrom}`)
    }
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
