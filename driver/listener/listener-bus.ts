import type { Clock } from '#publib/env'
import type { Logger } from '#publib/log'
import type { SparkListener, SparkListenerEvent, SparkListenerEvents } from '#publib/status'
import { textOf } from '#publib/util'

/** Events that wait for listeners; beyond it they are dropped and counted. */
const QUEUE_MAX = 10_000
/** Events told in one go, before anything else of the driver gets its turn. */
const BURST_MAX = 256

type Handler = (event: SparkListenerEvent) => unknown

/**
 * Tells listeners what happens, in order and never in the scheduler's own turn: a slow listener costs events,
 * one that throws harms nobody.
 */
export class ListenerBus {
  readonly #clock: Clock
  readonly #log: Logger
  readonly #listeners = new Set<SparkListener>()
  readonly #queueMax: number
  #queue: SparkListenerEvent[] = []
  #isAwake = false
  #isTelling = false
  #droppedCount = 0

  constructor(clock: Clock, log: Logger, queueMax = QUEUE_MAX) {
    this.#clock = clock
    this.#log = log
    this.#queueMax = queueMax
  }

  /** Whether anybody listens. */
  get isHeard(): boolean {
    return this.#listeners.size > 0
  }

  /** Whether a listener is being called. */
  get isTelling(): boolean {
    return this.#isTelling
  }

  get droppedCount(): number {
    return this.#droppedCount
  }

  add(listener: SparkListener): void {
    this.#listeners.add(listener)
  }

  remove(listener: SparkListener): void {
    this.#listeners.delete(listener)
  }

  /** Never blocks and never throws. */
  post(event: SparkListenerEvent): void {
    if (this.#listeners.size === 0) return
    if (this.#queue.length >= this.#queueMax) {
      if (this.#droppedCount++ === 0) {
        this.#log.warn('events for listeners are dropped: a listener is too slow')
      }
      return
    }
    this.#queue.push(event)
    this.#wake()
  }

  /** Tells all that waits, now: at the end of the application. */
  flush(): void {
    while (this.#queue.length > 0) this.#tell(this.#queue.length)
  }

  #wake(): void {
    if (this.#isAwake) return
    this.#isAwake = true
    const tell = (): void => {
      this.#isAwake = false
      this.#tell(BURST_MAX)
      if (this.#queue.length > 0) this.#wake()
    }
    // Whoever waits for what a listener hears must not find the program at its end before that.
    this.#clock.after(0, tell, { keepAlive: true })
  }

  #tell(countMax: number): void {
    const burst = this.#queue.slice(0, countMax)
    this.#queue = this.#queue.slice(countMax)
    for (const event of burst) {
      for (const listener of [...this.#listeners]) this.#tellOne(listener, event)
    }
  }

  #failed({ event }: SparkListenerEvent, error: unknown): void {
    this.#log.error('a listener failed', { event, reason: textOf(error) })
  }

  #tellOne(listener: SparkListener, event: SparkListenerEvent): void {
    const name = `on${capitalize(event.event)}` as const
    // Each handler takes the event of its own name, which this one is.
    const own = listener[name] as Handler | undefined
    for (const handler of [listener.onEvent, own]) {
      if (handler === undefined) continue
      try {
        this.#isTelling = true
        const returned: unknown = handler.call(listener, event)
        // An asynchronous one may fail later.
        if (returned instanceof Promise) returned.catch(error => this.#failed(event, error))
      } catch (error) {
        this.#failed(event, error)
      } finally {
        this.#isTelling = false
      }
    }
  }
}

function capitalize<E extends keyof SparkListenerEvents>(name: E): Capitalize<E> {
  return (name.charAt(0).toUpperCase() + name.slice(1)) as Capitalize<E>
}
