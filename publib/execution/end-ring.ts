import type { FromExecutorThread } from '#publib/protocol'
import {
  METRICS_COUNT,
  metricsFrom,
  type PlainValue,
  putMetrics,
  type TaskEnd,
  type TaskResult,
} from '#publib/task'
import type { TaskId } from '#publib/util'

type TaskEndedMessage = FromExecutorThread & { readonly type: 'taskEnded' }

/** What a thread posts to have its ring read: not a message of its own. */
export const BELL = 0

/**
 * How a thread tells its host of tasks that ended well and gave little: records of constant size in shared memory, and one
 * wake-up for all that end until the host has heard it. Posting a message costs some 20 µs of either side, a record below one.
 *
 * Everything else goes by messages. So that nothing overtakes anything, a record is only written when the host has
 * heard all messages of the thread, and the host reads the ring before it hears another one.
 */
export class EndRing {
  readonly memory: SharedArrayBuffer
  readonly #words: Int32Array
  readonly #numbers: Float64Array
  readonly #bytes: Uint8Array
  /** The thread's own: messages that it has posted. */
  #posted = 0

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(SIZE)) {
    this.memory = memory
    this.#words = new Int32Array(memory, 0, WORDS)
    this.#numbers = new Float64Array(memory)
    this.#bytes = new Uint8Array(memory)
  }

  // ── the thread

  /** A message is posted: until the host has heard it, so must be what follows. */
  notePosted(): void {
    this.#posted = (this.#posted + 1) | 0
  }

  /** Tells of an end; false: by message, then. */
  put(message: TaskEndedMessage): boolean {
    const { end, metrics, result, accumulators, cacheReads, lostClasses } = message
    if (end.kind !== 'success' || metrics === undefined) return false
    const plain = end.result.kind === 'plain' ? end.result : undefined
    if (accumulators.length > 0 || cacheReads.length > 0 || lostClasses !== undefined) return false
    if (plain === undefined && (result === undefined || result.length > RESULT_BYTES_MAX))
      return false
    if (Atomics.load(this.#words, HEARD) !== this.#posted) return false
    const written = Atomics.load(this.#words, WRITTEN)
    if (((written - Atomics.load(this.#words, READ)) | 0) >= RECORDS) return false
    const at = recordAt(written)
    this.#numbers[at + TASK_ID] = message.taskId
    putMetrics(metrics, this.#numbers, at + METRICS)
    if (plain !== undefined) this.#putPlain(at, plain.value)
    else this.#putBytes(at, result as Uint8Array)
    Atomics.store(this.#words, WRITTEN, (written + 1) | 0)
    return true
  }

  #putPlain(at: number, value: PlainValue): void {
    const isNumber = typeof value === 'number'
    this.#numbers[at + RESULT_BYTES] = isNumber ? A_NUMBER : -2 - PLAIN_VALUES.indexOf(value)
    if (isNumber) this.#numbers[at + RESULT] = value
  }

  #putBytes(at: number, bytes: Uint8Array): void {
    this.#numbers[at + RESULT_BYTES] = bytes.length
    const from = (at + RESULT) * 8
    for (let i = 0; i < bytes.length; i++) this.#bytes[from + i] = bytes[i] as number
  }

  /** Whether the host is to be woken: once until it has heard. */
  mustRing(): boolean {
    return Atomics.exchange(this.#words, RUNG, 1) === 0
  }

  // ── the host

  /** A message of the thread is heard, and all that is said before it. */
  noteHeard(): void {
    Atomics.add(this.#words, HEARD, 1)
  }

  /** Takes all that lies there. */
  drain(hear: (message: TaskEndedMessage) => void): void {
    Atomics.store(this.#words, RUNG, 0)
    let read = Atomics.load(this.#words, READ)
    while (read !== Atomics.load(this.#words, WRITTEN)) {
      const message = this.#read(recordAt(read))
      read = (read + 1) | 0
      Atomics.store(this.#words, READ, read)
      hear(message)
    }
  }

  #read(at: number): TaskEndedMessage {
    const bytes = this.#numbers[at + RESULT_BYTES] as number
    const taskId = this.#numbers[at + TASK_ID] as TaskId
    const metrics = metricsFrom(this.#numbers, at + METRICS)
    const from = (at + RESULT) * 8
    // Copied: the place is written anew.
    const result = bytes < 0 ? undefined : this.#bytes.slice(from, from + bytes)
    const end: TaskEnd = { kind: 'success', result: this.#resultOf(at, bytes) }
    const none = { accumulators: NOTHING, cacheReads: NOTHING, lostClasses: undefined }
    return { type: 'taskEnded', taskId, end, result, metrics, ...none }
  }

  #resultOf(at: number, bytes: number): TaskResult {
    if (bytes >= 0) return { kind: 'value', payload: -1, bytes }
    if (bytes === A_NUMBER) return { kind: 'plain', value: this.#numbers[at + RESULT] as number }
    return { kind: 'plain', value: PLAIN_VALUES[-2 - bytes] }
  }
}

function recordAt(position: number): number {
  return HEAD + (position & (RECORDS - 1)) * RECORD
}

const NOTHING: readonly never[] = []
/** Instead of a size: a number, or -2 less the place among these. */
const A_NUMBER = -1
const PLAIN_VALUES: readonly PlainValue[] = [undefined, null, true, false]

/** A power of two. */
const RECORDS = 128
/** Larger results go by message, and are handed over instead of copied. */
const RESULT_BYTES_MAX = 128

const WRITTEN = 0
const READ = 1
const RUNG = 2
/** Messages that the host has heard. */
const HEARD = 3
const WORDS = 4

// In numbers of 8 bytes.
const HEAD = 2
const TASK_ID = 0
const RESULT_BYTES = 1
const METRICS = 2
const RESULT = METRICS + METRICS_COUNT
const RECORD = RESULT + RESULT_BYTES_MAX / 8
const SIZE = (HEAD + RECORDS * RECORD) * 8
