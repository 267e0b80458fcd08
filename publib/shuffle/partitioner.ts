import { compareValues, equalValues, hashValue } from '#publib/util'
import { invalidPartition, invalidPartitionCount } from './errors.ts'

/** Places keys in partitions. `equals` says whether another one places every key alike, so that no shuffle is needed. */
export interface Partitioner<in K = unknown> {
  readonly numPartitions: number
  /** From 0 up to `numPartitions`, without it; equal keys must give the same, always. */
  getPartition(key: K): number
  equals?(other: Partitioner): boolean
}

/** Whether two partitioners place every key alike. */
export function equalPartitioners(a: Partitioner | undefined, b: Partitioner | undefined): boolean {
  if (a === undefined || b === undefined) return false
  return a === b || (a.numPartitions === b.numPartitions && a.equals?.(b) === true)
}

/** By a hash of the key's bytes, the same in every process and version; null and undefined go to partition 0. */
export class HashPartitioner implements Partitioner {
  readonly numPartitions: number

  constructor(numPartitions: number) {
    assertCount(numPartitions)
    this.numPartitions = numPartitions
  }

  getPartition(key: unknown): number {
    return placeHash(hashOfKey(key), this.numPartitions)
  }

  equals(other: Partitioner): boolean {
    return other instanceof HashPartitioner && other.numPartitions === this.numPartitions
  }
}

/** The hash by which HashPartitioner places a key: 0 for null and undefined. */
export function hashOfKey(key: unknown): number {
  return key === null || key === undefined ? 0 : hashValue(key)
}

/** The partition of a hash: its remainder as an unsigned number. */
export function placeHash(hash: number, numPartitions: number): number {
  return (hash >>> 0) % numPartitions
}

/** By sorted bounds: partition i holds the keys up to bound i, and with it; falling order turns partitions around. */
export class RangePartitioner<K> implements Partitioner<K> {
  readonly bounds: readonly K[]
  readonly ascending: boolean
  readonly #compare: (a: unknown, b: unknown) => number
  readonly #key: (key: K) => unknown

  /** `bounds` rise under the total order, or under `compare`; `key` makes of a key what is compared with them. */
  constructor(
    bounds: readonly K[],
    ascending = true,
    options: {
      readonly compare?: ((a: never, b: never) => number) | undefined
      readonly key?: ((key: K) => unknown) | undefined
    } = {},
  ) {
    this.bounds = bounds
    this.ascending = ascending
    this.#compare = (options.compare as (a: unknown, b: unknown) => number) ?? compareValues
    this.#key = options.key ?? itself
  }

  get numPartitions(): number {
    return this.bounds.length + 1
  }

  /** Whether keys, or what `keyFunction` makes of them, compare by the total order. */
  get isByTotalOrder(): boolean {
    return this.#compare === compareValues
  }

  get keyFunction(): ((key: K) => unknown) | undefined {
    return this.#key === itself ? undefined : this.#key
  }

  getPartition(key: K): number {
    const position = this.#key(key)
    let low = 0
    let high = this.bounds.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#compare(position, this.bounds[middle]) > 0) low = middle + 1
      else high = middle
    }
    return this.ascending ? low : this.bounds.length - low
  }

  equals(other: Partitioner): boolean {
    if (!(other instanceof RangePartitioner) || other.ascending !== this.ascending) return false
    const ownOrder = this.#compare !== compareValues || other.#compare !== compareValues
    return !ownOrder && equalValues(other.bounds, this.bounds) && this.#key === other.#key
  }
}

/** Places keys by a function of the user: any integer, taken modulo the number of partitions. */
export class FunctionPartitioner<K> implements Partitioner<K> {
  readonly numPartitions: number
  readonly partitionFunc: (key: K) => number

  constructor(numPartitions: number, partitionFunc: (key: K) => number) {
    assertCount(numPartitions)
    this.numPartitions = numPartitions
    this.partitionFunc = partitionFunc
  }

  getPartition(key: K): number {
    const place: unknown = this.partitionFunc(key)
    if (!Number.isInteger(place)) throw invalidPartition(key, place, this.numPartitions)
    const { numPartitions } = this
    return (((place as number) % numPartitions) + numPartitions) % numPartitions
  }

  equals(other: Partitioner): boolean {
    return (
      other instanceof FunctionPartitioner &&
      other.numPartitions === this.numPartitions &&
      other.partitionFunc === this.partitionFunc
    )
  }
}

/** What `partitioner` says of `key`, refused unless it is one of its partitions. */
export function checkedPartition<K>(partitioner: Partitioner<K>, key: K): number {
  const place: unknown = partitioner.getPartition(key)
  const { numPartitions } = partitioner
  if (Number.isInteger(place) && (place as number) >= 0 && (place as number) < numPartitions) {
    return place as number
  }
  throw invalidPartition(key, place, numPartitions)
}

function assertCount(numPartitions: number): void {
  if (!Number.isInteger(numPartitions) || numPartitions < 1) {
    throw invalidPartitionCount(numPartitions)
  }
}

const itself = (key: unknown): unknown => key
