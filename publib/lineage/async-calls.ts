import type { AsyncComputeContext } from './compute-context.ts'
import { callTimedOut } from './errors.ts'
import type { Root } from './root.ts'
import { Stop } from './stop.ts'

export interface AsyncLimits {
  /** Calls under way in one task. */
  readonly concurrency: number
  /** Further tries of a call that rejects. */
  readonly retries: number
  /** Before the first further try; doubles each time, with jitter. */
  readonly backoffMs: number
  readonly backoffMsMax: number
  /** A call that takes longer counts as rejected; undefined: no limit. */
  readonly timeoutMs: number | undefined
  /** Results in the order of their elements. */
  readonly ordered: boolean
}

interface Surroundings {
  readonly context: AsyncComputeContext
  readonly retryIf: (error: unknown) => boolean
  readonly root: Root
}

interface Outcome<U> {
  readonly value: U
}

/** Results that wait behind a slow call while others go on: this many for each call under way. */
const BACKLOG = 4

/** Calls of one function over the elements of a partition: so many under way at once, tried again, timed, in order or not. */
export class AsyncCalls<T, U> {
  readonly #f: (element: T, signal: AbortSignal) => U | PromiseLike<U>
  readonly #elements: Iterator<T>
  readonly #limits: AsyncLimits & { readonly intervalMs: number }
  readonly #surroundings: Surroundings
  readonly #stop = new Stop()
  /** For calls that do not look at their signal. */
  readonly #shared = new AbortController()
  /** In the order of the elements; ended ones stay until they are given out. */
  readonly #calls = new Set<Promise<Outcome<U>>>()
  readonly #ended = new Map<Promise<Outcome<U>>, Outcome<U>>()
  #failure: { readonly error: unknown } | undefined
  #nextStartMs = 0
  #wake: () => void = () => {}

  constructor(
    f: (element: T, signal: AbortSignal) => U | PromiseLike<U>,
    elements: Iterator<T>,
    limits: AsyncLimits & { readonly intervalMs: number },
    surroundings: Surroundings,
  ) {
    this.#f = f
    this.#elements = elements
    this.#limits = limits
    this.#surroundings = surroundings
  }

  /** Gives up the calls that are under way. */
  abort(): void {
    this.#stop.stop(new Error('no longer needed'))
    this.#shared.abort(this.#stop.reason)
  }

  /** Results as they may be given out; the first call that fails for good ends it. */
  async *results(): AsyncGenerator<U, void, undefined> {
    const { signal, checkCancelled } = this.#surroundings.context
    const stop = (): void => this.#stop.stop(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    try {
      let hasMore = true
      while (hasMore || this.#calls.size > 0) {
        while (hasMore && this.#mayStart()) hasMore = await this.#start()
        checkCancelled.call(this.#surroundings.context)
        if (this.#failure !== undefined) throw this.#failure.error
        if (this.#stop.isStopped) throw this.#stop.reason
        const outcome = this.#take()
        if (outcome !== undefined) yield outcome.value
        else if (this.#calls.size > 0) await this.#nextEnd()
      }
    } finally {
      signal.removeEventListener('abort', stop)
      this.abort()
    }
  }

  #mayStart(): boolean {
    const { concurrency } = this.#limits
    const underWay = this.#calls.size - this.#ended.size
    return (
      this.#failure === undefined &&
      underWay < concurrency &&
      this.#calls.size < concurrency * BACKLOG
    )
  }

  /** Whether there was an element to call for. */
  async #start(): Promise<boolean> {
    const step = this.#elements.next()
    if (step.done === true) return false
    await this.#waitForTurn()
    const call: Promise<Outcome<U>> = this.#call(step.value).then(value => ({ value }))
    this.#calls.add(call)
    call.then(
      outcome => this.#end(() => this.#ended.set(call, outcome)),
      (error: unknown) =>
        this.#end(() => {
          this.#failure ??= { error }
        }),
    )
    return true
  }

  #end(note: () => void): void {
    note()
    this.#wake()
  }

  /** The next result that may be given out: the first in order, or any. */
  #take(): Outcome<U> | undefined {
    const [first] = this.#limits.ordered ? this.#calls : this.#ended.keys()
    const outcome = first === undefined ? undefined : this.#ended.get(first)
    if (first === undefined || outcome === undefined) return undefined
    this.#calls.delete(first)
    this.#ended.delete(first)
    return outcome
  }

  /** Resolves when a call ends, or when everything is given up. */
  #nextEnd(): Promise<void> {
    return new Promise(resolve => {
      const forget = this.#stop.onStop(() => resolve())
      this.#wake = () => {
        forget()
        resolve()
      }
    })
  }

  async #call(element: T): Promise<U> {
    const { retries, backoffMs, backoffMsMax } = this.#limits
    for (let tried = 0; ; tried++) {
      try {
        return await this.#once(element)
      } catch (error) {
        const isLast = tried >= retries || this.#stop.isStopped
        if (isLast || !this.#surroundings.retryIf(error)) throw error
        const longest = Math.min(backoffMsMax, backoffMs * 2 ** tried)
        await this.#delay(longest * (0.5 + this.#surroundings.context.random.number() / 2))
      }
    }
  }

  #once(element: T): U | PromiseLike<U> {
    const { timeoutMs } = this.#limits
    if (timeoutMs !== undefined) return this.#timed(element, timeoutMs)
    // A signal of its own costs more than most calls: it is made for functions that look at it.
    if (this.#f.length === 1) return this.#f(element, this.#shared.signal)
    return this.#withSignal(controller => this.#f(element, controller.signal))
  }

  async #timed(element: T, timeoutMs: number): Promise<U> {
    const { context, root } = this.#surroundings
    return this.#withSignal(async controller => {
      const late = (): void => controller.abort(callTimedOut(root, timeoutMs))
      const timer = context.clock.after(timeoutMs, late, { keepAlive: true })
      try {
        const { signal } = controller
        return await Promise.race([this.#f(element, signal), aborted(signal)])
      } finally {
        timer.cancel()
      }
    })
  }

  /** A signal that aborts when everything is given up, for one call. */
  async #withSignal(call: (controller: AbortController) => U | PromiseLike<U>): Promise<U> {
    const controller = new AbortController()
    const forget = this.#stop.onStop(reason => controller.abort(reason))
    try {
      controller.signal.throwIfAborted()
      return await call(controller)
    } finally {
      forget()
    }
  }

  async #waitForTurn(): Promise<void> {
    const { intervalMs } = this.#limits
    if (intervalMs === 0) return
    const nowMs = this.#surroundings.context.clock.now()
    const startMs = Math.max(nowMs, this.#nextStartMs)
    this.#nextStartMs = startMs + intervalMs
    if (startMs > nowMs) await this.#delay(startMs - nowMs)
  }

  #delay(delayMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const { clock } = this.#surroundings.context
      const done = (): void => {
        forget()
        resolve()
      }
      const timer = clock.after(delayMs, done, { keepAlive: true })
      const forget = this.#stop.onStop(reason => {
        timer.cancel()
        reject(reason)
      })
    })
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
