import type { Cancellable, Clock } from '#publib/env'
import type { JobId } from '#publib/util'
import { SimSparkError } from '#publib/util'
import type { JobPlace } from './errors.ts'
import type { JobProgressCounts, JobRequest } from './job.ts'

/** At most five times a second. */
const PROGRESS_PERIOD_MS = 200

interface Settle {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** One job under way, as its caller sees it: a promise, a signal, progress. */
export class RunningJob {
  readonly id: JobId
  readonly request: JobRequest<unknown, unknown>
  readonly done: Promise<void>
  /** Bytes of results that have come or are coming. */
  resultBytes = 0
  /** What the driver itself could not do with its results: it cannot end well any more. */
  broken: { readonly error: unknown } | undefined
  readonly #settle: Settle
  /** Where the action was called: errors that arise later point there. */
  readonly #calledAt = new Error()
  #isSettled = false
  #progressTimer: Cancellable | undefined
  #onAbort: (() => void) | undefined

  constructor(id: JobId, request: JobRequest<unknown, unknown>) {
    this.id = id
    this.request = request
    let settle: Settle | undefined
    this.done = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject }
    })
    this.#settle = settle as unknown as Settle
  }

  place(maxResultBytes: number): JobPlace {
    const { operation: name, callSite } = this.request
    return { jobId: this.id, name, callSite, maxResultBytes }
  }

  /** Calls once when the caller's signal aborts. */
  watchSignal(onAbort: (reason: unknown) => void): void {
    const { signal } = this.request
    if (signal === undefined) return
    this.#onAbort = () => onAbort(signal.reason)
    signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Whether its caller wants to hear how far it is. */
  get isWatched(): boolean {
    return this.request.onProgress !== undefined
  }

  /** Something of it has changed: tells its caller soon, but not too often. */
  progressed(clock: Clock, measure: () => JobProgressCounts): void {
    if (!this.isWatched || this.#progressTimer !== undefined) return
    this.#progressTimer = clock.after(PROGRESS_PERIOD_MS, () => {
      this.#progressTimer = undefined
      this.#tell(measure())
    })
  }

  succeed(last: () => JobProgressCounts): void {
    this.#end(last, this.#settle.resolve)
  }

  fail(error: unknown, last: () => JobProgressCounts): void {
    if (error instanceof SimSparkError) pointTo(error, this.request, this.#calledAt)
    this.#end(last, () => this.#settle.reject(error))
  }

  #end(last: () => JobProgressCounts, settle: () => void): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#progressTimer?.cancel()
    if (this.#onAbort !== undefined) {
      this.request.signal?.removeEventListener('abort', this.#onAbort)
    }
    if (this.isWatched) this.#tell(last())
    settle()
  }

  #tell(progress: JobProgressCounts): void {
    try {
      this.request.onProgress?.(progress)
    } catch {
      // Who watches cannot break what is watched; the job's own outcome is what counts.
    }
  }
}

/** Where the library lies: its own frames tell a user nothing. */
const LIBRARY = new URL('../../', import.meta.url).href
const OWN = ['driver/', 'publib/'].map(folder => LIBRARY + folder)
const EXAMPLES = `${LIBRARY}driver/examples/`

/** Gives the error the frames of the action that it is about, in place of those of the event loop. */
function pointTo(error: SimSparkError, { callSite }: RunningJob['request'], calledAt: Error): void {
  const isOwn = (frame: string): boolean =>
    OWN.some(folder => frame.includes(folder)) && !frame.includes(EXAMPLES)
  const frames = (calledAt.stack ?? '').split('\n').slice(1)
  const shown = frames.filter(frame => !isOwn(frame))
  if (callSite !== undefined) {
    const place = `${callSite.file}:${callSite.line}:${callSite.column}`
    if (!shown.some(frame => frame.includes(place))) shown.unshift(`    at ${place}`)
  }
  const value = [`${error.name}: ${error.message}`, ...shown].join('\n')
  Object.defineProperty(error, 'stack', { value, configurable: true, writable: true })
}
