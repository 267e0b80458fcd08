import { type EncodeOptions, encodeBatches, encodePairs } from '#publib/serialization'

/** Records that wait to be encoded as one block: keys and values apart, so that no pair outlives its coming. */
export class PendingRecords {
  #keys: unknown[] = []
  #values: unknown[] = []
  /** All of them, once there is one that is not just a pair. */
  #records: unknown[] | undefined

  get size(): number {
    return this.#records?.length ?? this.#keys.length
  }

  addPair(key: unknown, value: unknown): void {
    if (this.#records !== undefined) this.#records.push([key, value])
    else {
      this.#keys.push(key)
      this.#values.push(value)
    }
  }

  addOther(record: readonly unknown[]): void {
    if (this.#records === undefined) {
      this.#records = this.#keys.map((key, i) => [key, this.#values[i]])
      this.#keys = []
      this.#values = []
    }
    this.#records.push(record)
  }

  encode(options: EncodeOptions): Uint8Array[] {
    if (this.#records !== undefined) return encodeBatches(this.#records, options)
    return encodePairs(this.#keys, this.#values, options)
  }
}

/** Whether key and value are all that there is to a record. */
export function isPlainPair(record: readonly unknown[]): boolean {
  if (record.length !== 2) return false
  const isFull =
    (record[0] !== undefined || Object.hasOwn(record, 0)) &&
    (record[1] !== undefined || Object.hasOwn(record, 1))
  return isFull && Object.getPrototypeOf(record) === Array.prototype
}
