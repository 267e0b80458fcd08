import type { TaskId } from '#publib/util'

/**
 * The memory that an executor and the main thread of its host share: what is to stop, said to a thread that reads no
 * messages while it works; that an answer lies ready, said to a thread that stands still; and how far its task is.
 */
export class ControlBlock {
  readonly memory: SharedArrayBuffer
  readonly #words: Int32Array
  readonly #counts: Float64Array

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(WORDS * 4 + COUNTS * 8)) {
    this.memory = memory
    this.#words = new Int32Array(memory, 0, WORDS)
    this.#counts = new Float64Array(memory, WORDS * 4, COUNTS)
  }

  // ── written by the host

  /** The attempt in `slot` is to stop. */
  raiseKill(slot: number): void {
    Atomics.store(this.#words, KILLS + (slot % SLOTS), slot + 1)
    this.wake()
  }

  /** An answer lies in the port. */
  wake(): void {
    Atomics.add(this.#words, ANSWERS, 1)
    Atomics.notify(this.#words, ANSWERS)
  }

  /** What the thread last said of itself. */
  get progress(): Progress {
    return {
      taskId: this.#counts[TASK_ID] as number as TaskId,
      records: this.#counts[RECORDS] as number,
      heldBytes: this.#counts[HELD_BYTES] as number,
      phase: PHASES[Atomics.load(this.#words, PHASE)] ?? 'idle',
    }
  }

  /** Room for cached blocks that the thread has taken and keeps nothing in yet: when it has ended, it is given back for it. */
  get cacheRoomBytes(): number {
    return this.#counts[CACHE_ROOM_BYTES] as number
  }

  // ── written by the thread

  isKilled(slot: number): boolean {
    return Atomics.load(this.#words, KILLS + (slot % SLOTS)) === slot + 1
  }

  get answers(): number {
    return Atomics.load(this.#words, ANSWERS)
  }

  /** Stands still until more than `seen` answers were announced, or for `timeoutMs`. */
  waitForAnswer(seen: number, timeoutMs: number): void {
    Atomics.wait(this.#words, ANSWERS, seen, timeoutMs)
  }

  begin(taskId: TaskId): void {
    this.#counts[TASK_ID] = taskId
    this.#counts[RECORDS] = 0
    this.phase = 'preparing'
  }

  set phase(phase: Phase) {
    Atomics.store(this.#words, PHASE, PHASES.indexOf(phase))
  }

  /** Records that have passed the operators of the task; only the differences matter. */
  addRecords(count: number): void {
    this.#counts[RECORDS] = (this.#counts[RECORDS] as number) + count
  }

  /** Room for cached blocks was taken; or given back, or blocks stand in it, which is less than 0. */
  addCacheRoom(bytes: number): void {
    this.#counts[CACHE_ROOM_BYTES] = (this.#counts[CACHE_ROOM_BYTES] as number) + bytes
  }

  /** What the thread holds in its heap and beside it. */
  set heldBytes(bytes: number) {
    this.#counts[HELD_BYTES] = bytes
  }
}

export type Phase = (typeof PHASES)[number]
const PHASES = ['idle', 'preparing', 'asynchronous', 'running', 'waiting', 'encoding'] as const

/** A snapshot of what a thread works on: tells a slow task from one that hangs. */
export interface Progress {
  readonly taskId: TaskId
  readonly records: number
  readonly heldBytes: number
  readonly phase: Phase
}

/** Attempts that a thread can have at hand at once, with much to spare: a slot is not used anew while it counts. */
const SLOTS = 256
const ANSWERS = 0
const PHASE = 1
const KILLS = 2
const WORDS = KILLS + SLOTS
const TASK_ID = 0
const RECORDS = 1
const HELD_BYTES = 2
const CACHE_ROOM_BYTES = 3
const COUNTS = 4
