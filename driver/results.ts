import type { StorageLevel } from '#publib/blocks'

/** A number, and bounds that hold with a probability of `confidence`. */
export type BoundedDouble = Readonly<{
  mean: number
  low: number
  high: number
  confidence: number
}>

/** What is known so far, while the job goes on. */
export type PartialResult<R extends object> = R & {
  /** Whether all partitions are in it. */
  readonly isInitialValueFinal: boolean
  /** What is known when the job has ended. */
  getFinalValue(): Promise<R>
}
export type BoundedResult = PartialResult<BoundedDouble>

/** Makes a result of those of partitions, on the driver. */
export interface ApproximateEvaluator<in U, out R> {
  merge(partition: number, result: U): void
  currentResult(): R
}

/** What of a persisted RDD is kept. */
export type RDDStorageInfo = Readonly<{
  id: number
  name: string | undefined
  storageLevel: StorageLevel
  numPartitions: number
  numCachedPartitions: number
  memoryBytes: number
  diskBytes: number
}>
