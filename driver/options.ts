import type { Accumulator } from '#publib/execution'
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

/** Equal seeds give equal samples on any number of executors; random by default. */
export interface SampleOptions extends TransformOptions {
  seed?: number
}
export type Seed = number | SampleOptions

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
/** Two levels, with the last merge on the driver, by default. */
export interface TreeOptions extends ActionOptions {
  depth?: number
  finalAggregateOnExecutor?: boolean
}
/** A random seed by default. */
export interface TakeSampleOptions extends ActionOptions {
  seed?: number
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
export type Codec = 'none' | 'gzip' | 'deflate' | 'brotli' | 'zstd' | 'lz4' | 'snappy' | 'bzip2'

/** How output is written. */
export interface SaveOptions extends ActionOptions {
  /** Where the folder exists: fail, replace it, add to it, write nothing. Default 'error'. */
  mode?: 'error' | 'overwrite' | 'append' | 'ignore'
  /** Default 'none'; 'lz4' for object files. @throws CODEC_UNAVAILABLE where nothing that is installed writes it */
  codec?: Codec
}

/** The schema is found from the first rows, and a row group weighs 128 MiB before it is compressed, by default. */
export interface ParquetSaveOptions extends SaveOptions {
  schema?: Schema
  rowGroupBytes?: number
}

export interface CsvSaveOptions extends SaveOptions {
  /** Default ','. */
  delimiter?: string
  /** Writes the names of the columns first. Default true. */
  header?: boolean
  /** The columns and their order. Default: the keys of the first row. */
  columns?: readonly string[]
  /** Puts a `'` before a text that a spreadsheet would run as a formula. Default false. */
  escapeFormulas?: boolean
}

// ── Of the context

export interface ParallelizeOptions extends TransformOptions {
  numSlices?: number
  /** The hosts of each slice. */
  preferredLocations?: readonly (readonly string[])[]
}
export interface ParquetOptions<R extends object = Row> extends ReadOptions {
  /** Default: all. */
  columns?: readonly (keyof R & string)[]
  /** Row groups, then rows, must meet all of it. */
  filter?: { readonly [C in keyof R]?: Bounds<R[C]> }
}
/** What a value must meet. */
export interface Bounds<C> {
  eq?: C
  in?: readonly C[]
  gt?: C
  gte?: C
  lt?: C
  lte?: C
}
/** Elements of a partition; chosen from bytes by default. */
export interface FromStreamOptions extends TransformOptions {
  partitionElements?: number
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

// ── Of sources of records

/** What JSON can hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | JsonValue[]
  | { [key: string]: JsonValue }
/** A value in a column. */
export type Cell =
  | string
  | number
  | bigint
  | boolean
  | Date
  | Uint8Array
  | null
  | Cell[]
  | { [key: string]: Cell }
export type Row = Record<string, Cell>
interface CellOf {
  string: string
  int: number
  long: bigint
  float: number
  double: number
  boolean: boolean
  date: Date
  timestamp: Date
  binary: Uint8Array
}
/** Names and types of columns, in their order: `{ id: 'int', name: 'string' }`. */
export type Schema = Readonly<Record<string, keyof CellOf>>
/** The rows of a schema. */
export type RowOf<S extends Schema> = { -readonly [C in keyof S]: CellOf[S[C]] | null }

/** An accumulator of numbers, whatever it holds inside: erased on purpose. */
// biome-ignore lint/suspicious/noExplicitAny: what an accumulator holds is its own matter
type NumberCount = Accumulator<number, any, number>

export interface RecordOptions extends TextOptions {
  /** A record that cannot be read: keep what can be, leave it out, fail with file, line and byte. Default 'failFast'. */
  mode?: 'permissive' | 'dropMalformed' | 'failFast'
  /** An accumulator of numbers: counts such records. */
  malformed?: NumberCount
  /** Where 'permissive' puts their text. Default: nowhere. */
  columnNameOfCorruptRecord?: string
  /** Default 64 MiB. */
  recordBytesMax?: number
}
/** With what integers become that a number cannot hold; 'number' by default. */
export interface JsonLinesOptions extends RecordOptions {
  largeIntegers?: 'number' | 'bigint' | 'string'
}
export interface CsvOptions extends RecordOptions {
  /** One ASCII character. Default ','. */
  delimiter?: string
  /** One ASCII character, doubled inside quotes; '' for none. Default '"'. */
  quote?: string
  /** Leaves out lines that begin with it. Default: none. Such files are not cut: each is one partition. */
  comment?: string
  /** The first line of each file names the columns: an empty name becomes `_c` and its place, a second one of a name gets its place behind it. Default true. */
  header?: boolean
  /** Names in the place of a header. */
  columns?: readonly string[]
  /** Types of the columns. Default: text. Dates and times without a zone are UTC; 'binary' is base64. */
  schema?: Schema
  /** Types found from the first rows, in place of a schema. Default false. */
  inferTypes?: boolean
  /** The text of null, where it stands without quotes. Default ''. */
  nullValue?: string
}
export interface JobOptions {
  groupId?: string
  description?: string
  /** Whether the threads of cancelled tasks are ended where these do not heed their signal. Default true. */
  interruptOnCancel?: boolean
  /** The scheduler pool: `simspark.scheduler.pool`. */
  pool?: string
  /** Added to those there are. */
  tags?: readonly string[]
  localProperties?: Readonly<Record<string, string>>
}

/** How surely the bounds hold, above 0 and up to 1; 0.95 by default. */
export interface ApproxOptions extends ActionOptions {
  confidence?: number
}
export type Confidence = number | ApproxOptions

export type * from './results.ts'
