import { BATCH_RECORDS_MAX, type Batch } from '#publib/columnar'

/** Records that an operator gathers before it passes them on: few enough to die young. */
export const EMIT_RECORDS = 4096

/** The records of batches, one at a time: read lazily and once. Leaving early releases what they come from. */
export class Records<T> implements IterableIterator<T> {
  readonly #batches: Iterator<Batch<T>>
  #batch: Batch<T> = []
  #next = 0
  #isDone = false

  constructor(batches: Iterable<Batch<T>>) {
    this.#batches = batches[Symbol.iterator]()
  }

  [Symbol.iterator](): this {
    return this
  }

  next(): IteratorResult<T, undefined> {
    while (this.#next >= this.#batch.length) {
      if (this.#isDone) return { done: true, value: undefined }
      const step = this.#batches.next()
      this.#next = 0
      this.#isDone = step.done === true
      this.#batch = step.done === true ? [] : step.value
    }
    return { done: false, value: this.#batch[this.#next++]! }
  }

  return(): IteratorResult<T, undefined> {
    this.#batch = []
    this.#next = 0
    if (!this.#isDone) {
      this.#isDone = true
      this.#batches.return?.()
    }
    return { done: true, value: undefined }
  }

  /** `return`; where something has failed already, that stays the error whatever happens now. */
  release(hasFailed: boolean): void {
    try {
      this.return()
    } catch (error) {
      if (!hasFailed) throw error
    }
  }
}

/** An array as batches. */
export function* batchesOf<T>(values: readonly T[]): Generator<Batch<T>> {
  if (values.length <= BATCH_RECORDS_MAX) {
    if (values.length > 0) yield values
    return
  }
  for (let from = 0; from < values.length; from += EMIT_RECORDS) {
    yield values.slice(from, from + EMIT_RECORDS)
  }
}

/** Any iterable as batches, read no further than they are asked for. */
export function* batched<T>(values: Iterable<T>): Generator<Batch<T>> {
  let batch: T[] = []
  for (const value of values) {
    batch.push(value)
    if (batch.length >= EMIT_RECORDS) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}

/** Each record as often as `times` says, which is asked once for each, in order. */
export function* repeated<T>(
  batches: Iterable<Batch<T>>,
  times: (record: T) => number,
): Generator<Batch<T>> {
  let out: T[] = []
  for (const batch of batches) {
    for (let i = 0; i < batch.length; i++) {
      const record = batch[i]!
      for (let left = times(record); left > 0; left--) {
        if (out.push(record) < EMIT_RECORDS) continue
        yield out
        out = []
      }
    }
  }
  if (out.length > 0) yield out
}

/** Fewer records in a partition, and each may be meant to be much work. */
const MANY_RECORDS = 1024

/** Whether partitions are of so many records that their number says how much work they are. */
export function areMany(records: number, partitions: number): boolean {
  return records >= partitions * MANY_RECORDS
}
