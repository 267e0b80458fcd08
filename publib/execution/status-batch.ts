import type { Clock } from '#publib/env'
import type { EndedTask, ExecutorToDriver } from '#publib/protocol'
import type { TaskEnd } from '#publib/task'
import type { Connection } from '#publib/transport'
import type { TaskId } from '#publib/util'
import type { TaskEndedMessage } from './run-task.ts'

/** A batch leaves when it holds so many tasks, or is so old. */
const TASKS_MAX = 64
const AGE_MS = 1
/** That the first task of an idle executor has begun decides nothing soon. */
const STARTED_AGE_MS = 20
/** Larger results travel in pieces, before the end of their task is told. */
const INLINE_BYTES_MAX = 1 << 20
const CHUNK_BYTES = 512 << 10
/** While so much waits in the connection, no further piece is added. */
const BUFFERED_BYTES_MAX = 4 << 20

const NOTHING: readonly never[] = []

type ToDriver = Omit<Connection<never, ExecutorToDriver>, 'onMessage'>

interface LargeResult {
  readonly ended: Omit<EndedTask, 'accumulators'>
  readonly message: TaskEndedMessage
  readonly bytes: Uint8Array
  sentBytes: number
}

/** What the driver is told of tasks: many in one message, large results in pieces and no faster than they are taken. */
export class StatusBatch {
  readonly #clock: Clock
  readonly #isHungry: () => boolean
  #connection: ToDriver | undefined
  #started: TaskId[] = []
  #ended: EndedTask[] = []
  #payloads: Uint8Array[] = []
  /** When the batch leaves at the latest, and what sees to it; ends do not wait for starts. */
  #timer: { readonly forEnds: boolean; readonly cancel: () => void } | undefined
  readonly #large: LargeResult[] = []

  /** @param isHungry whether an executor could have more to do: then the end of a task is told at once */
  constructor(clock: Clock, isHungry: () => boolean) {
    this.#clock = clock
    this.#isHungry = isHungry
  }

  /** Whether something is still to be sent. */
  get isPending(): boolean {
    return this.#started.length + this.#ended.length + this.#large.length > 0
  }

  /** From now on the driver hears of it there. What was not sent yet is sent. */
  attach(connection: ToDriver | undefined): void {
    this.#connection = connection
    for (const result of this.#large) result.sentBytes = 0
    if (connection === undefined) return
    connection.onDrain = () => this.#sendLarge()
    this.#schedule()
    this.#sendLarge()
  }

  started(taskId: TaskId): void {
    this.#started.push(taskId)
  }

  /** All has been told that happened in this turn. */
  settle(): void {
    if (this.#started.length + this.#ended.length > 0) this.#schedule()
  }

  /** `message` is what the executor said of it; undefined where it could not say anything. */
  ended(
    ended: Pick<EndedTask, 'taskId' | 'executorId'> & { readonly end: TaskEnd },
    message: TaskEndedMessage | undefined,
  ): void {
    const { taskId, executorId, end } = ended
    const whole = { taskId, executorId, end, metrics: message?.metrics }
    const bytes = ended.end.kind === 'success' ? message?.result : undefined
    if (message !== undefined && bytes !== undefined && bytes.length > INLINE_BYTES_MAX) {
      this.#large.push({ ended: whole, message, bytes, sentBytes: 0 })
      this.#sendLarge()
      return
    }
    this.#add(whole, message, bytes)
  }

  #add(
    ended: Omit<EndedTask, 'accumulators'>,
    message: TaskEndedMessage | undefined,
    inline: Uint8Array | undefined,
  ): void {
    const { taskId, executorId, end, metrics } = ended
    const deltas = message?.accumulators ?? NOTHING
    const accumulators =
      deltas.length === 0
        ? NOTHING
        : deltas.map(({ accumulatorId, bytes }) => ({
            accumulatorId,
            payload: this.#payloads.push(bytes) - 1,
          }))
    const payload = inline === undefined ? undefined : this.#payloads.push(inline) - 1
    const { lostClasses } = message ?? {}
    const told = { taskId, executorId, end: withPayload(end, payload), metrics, accumulators }
    this.#ended.push(lostClasses === undefined ? told : { ...told, lostClasses })
    // Nobody asks whether it has begun when it has ended.
    if (this.#started.at(-1) === taskId) this.#started.pop()
  }

  #schedule(): void {
    const hasEnded = this.#ended.length > 0
    const isFull = this.#started.length + this.#ended.length >= TASKS_MAX
    if (isFull || (hasEnded && this.#isHungry())) {
      this.flush()
    } else if (this.#timer === undefined || (hasEnded && !this.#timer.forEnds)) {
      this.#timer?.cancel()
      this.#timer = this.#startTimer(hasEnded)
    }
  }

  #startTimer(forEnds: boolean): { readonly forEnds: boolean; readonly cancel: () => void } {
    const call = () => {
      this.#timer = undefined
      this.flush()
    }
    const timer = this.#clock.after(forEnds ? AGE_MS : STARTED_AGE_MS, call, { keepAlive: forEnds })
    return { forEnds, cancel: () => timer.cancel() }
  }

  /** Sends what waits. */
  flush(): void {
    if (this.#connection === undefined || this.#started.length + this.#ended.length === 0) return
    const [started, ended, payloads] = [this.#started, this.#ended, this.#payloads]
    this.#started = []
    this.#ended = []
    this.#payloads = []
    this.#connection.send({ type: 'taskStatuses', started, ended }, payloads)
  }

  #sendLarge(): void {
    const connection = this.#connection
    while (connection?.isOpen && connection.bufferedBytes < BUFFERED_BYTES_MAX) {
      const result = this.#large[0]
      if (result === undefined) return
      const { bytes, sentBytes: offset } = result
      const chunk = bytes.subarray(offset, offset + CHUNK_BYTES)
      const { taskId } = result.ended
      connection.send({ type: 'resultChunk', taskId, offset, size: bytes.length }, [chunk])
      result.sentBytes += chunk.length
      if (result.sentBytes < bytes.length) continue
      this.#large.shift()
      this.#add(result.ended, result.message, undefined)
      this.#schedule()
    }
  }
}

function withPayload(end: TaskEnd, payload: number | undefined): TaskEnd {
  if (payload === undefined || end.kind !== 'success' || end.result.kind !== 'value') return end
  return { ...end, result: { ...end.result, payload } }
}
