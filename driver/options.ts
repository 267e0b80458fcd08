import type { Partitioner } from '#publib/shuffle'
import type { StageInfo, TaskCounts } from '#publib/status'
import type { Compare, KeyFunction, PartitionFunction } from './values.ts'

export interface TransformOptions {
  /** The name of the new RDD, as `setName` gives one. */
  name?: string
}
export interface NarrowOptions extends TransformOptions {
  /** Promises that keys stay as they are. */
  preservesPartitioning?: boolean
}

export interface ShuffleOptions<in K = unknown> extends TransformOptions {
  /** Default: Spark's rule of the default partitioner. */
  numPartitions?: number
  /** Places keys in the place of their hash. */
  partitionFunc?: PartitionFunction<K>
  /** Excludes the two above. */
  partitioner?: Partitioner<K>
  /** Combines before the shuffle, where there is something to combine. Default true. */
  mapSideCombine?: boolean
}

/** Whether keys stay as they are (default false), or everything by name. */
export type Narrow = boolean | NarrowOptions
/** The number of partitions, or everything by name. */
export type Partitioning<K> = number | ShuffleOptions<NoInfer<K>>
/** The number of partitions, or what places keys in them. */
export type Places<K> = number | Partitioner<NoInfer<K>>
/** Rising or falling, or everything by name. */
export type Ascending<K> = boolean | SortOptions<NoInfer<K>>
/** The last arguments of operations by key. */
export type Placement<K> = [
  numPartitions?: Partitioning<K>,
  partitionFunc?: PartitionFunction<NoInfer<K>>,
]

export interface SortOptions<in K = unknown> extends TransformOptions {
  /** Default true. */
  ascending?: boolean
  numPartitions?: number
  /** Sorts by this of the key. */
  keyFunc?: KeyFunction<K>
  /** In the place of the total order. */
  compare?: Compare<K>
}

export interface CoalesceOptions extends TransformOptions {
  /** Default false. */
  shuffle?: boolean
}

/** How a function that waits is called. */
export interface AsyncOptions extends TransformOptions {
  /** Calls under way on one executor. Default 16. */
  concurrency?: number
  /** Calls under way in the whole job. Default: no further limit. */
  concurrencyPerJob?: number
  /** Calls begun per second in the whole job. Default: no limit. */
  ratePerSecond?: number
  /** Further tries of a call that rejects. Default 0. */
  retries?: number
  /** Whether a rejection is worth a further try. Default: always. */
  retryIf?: (error: unknown) => boolean
  /** Before the first further try; doubles each time, with jitter. Default 100. */
  backoffMs?: number
  /** Default 30,000. */
  backoffMsMax?: number
  /** A call that takes longer counts as rejected. Default: no limit. */
  timeoutMs?: number
  /** Results in the order of their elements. Default true. */
  ordered?: boolean
}

// ── Of actions

export interface ActionOptions {
  /** Cancels the job: the action rejects with JOB_CANCELLED, whose cause is the signal's reason. */
  signal?: AbortSignal | undefined
  /** Called on the driver, at most five times a second and once at the end. */
  onProgress?: (progress: JobProgress) => void
}
/** How far a job is. */
export type JobProgress = Readonly<{
  jobId: number
  tasks: TaskCounts
  stages: readonly StageInfo[]
}>

/** By this of the element, or by `compare` in the place of the total order. */
export interface OrderOptions<in T> extends ActionOptions {
  key?: KeyFunction<T>
  compare?: Compare<T>
}
/** Whether to compute the next partition while this one is consumed; false by default. */
export interface LocalIteratorOptions extends ActionOptions {
  prefetchPartitions?: boolean
}
export interface RunJobOptions<in U> extends ActionOptions {
  partitions?: readonly number[]
  /** Called on the driver as partitions end; the promise then gives an empty array. */
  onResult?: (partition: number, result: U) => void
}
export type Codec = 'none' | 'gzip' | 'deflate' | 'brotli'

/** How output is written. */
export interface SaveOptions extends ActionOptions {
  /** Where the folder exists: fail, replace it, add to it, write nothing. Default 'error'. */
  mode?: 'error' | 'overwrite' | 'append' | 'ignore'
  /** Default 'none'. */
  codec?: Codec
}

// ── Of the context

export interface ParallelizeOptions extends TransformOptions {
  numSlices?: number
  /** The hosts of each slice. */
  preferredLocations?: readonly (readonly string[])[]
}
export type Paths = string | readonly string[]
export interface ReadOptions extends TransformOptions {
  minPartitions?: number
  /** Default: told by the names of files. @throws CODEC_UNAVAILABLE */
  codec?: Codec
}
/** 'utf8' by default; a byte order mark is left out. */
export interface TextOptions extends ReadOptions {
  encoding?: 'utf8' | 'utf16le' | 'latin1'
}
export interface JobOptions {
  groupId?: string
  description?: string
  /** Added to those there are. */
  tags?: readonly string[]
  localProperties?: Readonly<Record<string, string>>
}
