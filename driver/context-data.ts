import type {
  Accumulator,
  AccumulatorOptions,
  AccumulatorParam,
  AccumulatorV2,
  Broadcast,
  NumberAccumulator,
} from '#publib/execution'
import type { Lineage } from '#publib/lineage'
import { CheckpointingContext } from './checkpointing-context.ts'
import { internals } from './internals.ts'
import { runFunction } from './operations/actions.ts'
import { runApproximate } from './operations/approximate.ts'
import * as binarySources from './operations/binary-sources.ts'
import { invalidArgument, otherContext } from './operations/errors.ts'
import type { Operation } from './operations/operation.ts'
import { parquet } from './operations/parquet.ts'
import * as recordSources from './operations/record-sources.ts'
import * as sources from './operations/sources.ts'
import { union } from './operations/transformations.ts'
import type * as o from './options.ts'
import { RDD } from './rdd.ts'
import type { SharedVariables } from './shared-variables.ts'
import type { SparkContext } from './spark-context.ts'
import type { ElementOf, PairRDD, Records, Value } from './values.ts'

/** What a context makes and runs: RDDs, shared variables, jobs by hand. Its life is SparkContext's matter. */
export abstract class ContextData extends CheckpointingContext {
  protected abstract readonly shared: SharedVariables
  /** The number of executors, at least 2; n for `local[n]`. */
  abstract readonly defaultParallelism: number
  /** `min(defaultParallelism, 2)`, for files. */
  abstract readonly defaultMinPartitions: number

  // ─ Data

  /**
   * The data as they are now, in slices of equal size, each sent to its task alone. Default: `defaultParallelism` slices.
   * Instances of classes become plain objects: fields stay, methods are lost, with one warning for each class.
   */
  parallelize<T extends Value>(
    data: Iterable<T>,
    numSlices?: number | o.ParallelizeOptions,
  ): RDD<T> {
    const op = this.operation('parallelize')
    return this.make(sources.parallelize(op, data, numSlices, this.defaultParallelism))
  }

  /** Scala's other name of `parallelize`. */
  makeRDD<T extends Value>(data: Iterable<T>, numSlices?: number | o.ParallelizeOptions): RDD<T> {
    const op = this.operation('makeRDD')
    return this.make(sources.parallelize(op, data, numSlices, this.defaultParallelism))
  }

  /** The numbers from 0, or `start`, up to `end`, without it; made in the tasks. `step` is 1 by default. */
  range(end: number): RDD<number>
  range(
    start: number,
    end: number,
    step?: number,
    numSlices?: number | o.ParallelizeOptions,
  ): RDD<number>
  range(
    first: number,
    end?: number,
    step = 1,
    numSlices?: number | o.ParallelizeOptions,
  ): RDD<number> {
    const op = this.operation('range')
    const range = end === undefined ? { start: 0, end: first, step } : { start: first, end, step }
    return this.make(sources.range(op, range, numSlices, this.defaultParallelism))
  }

  /** No partition, no element. */
  emptyRDD<T = never>(): RDD<T> {
    return this.make(sources.empty(this.operation('emptyRDD')))
  }

  /** The elements of all. */
  union<R extends RDD<unknown>>(
    rdds: readonly R[],
    options?: o.TransformOptions,
  ): RDD<ElementOf<R>> {
    const op = this.operation('union')
    const parents = rdds.map(rdd => this.lineageOf(op, rdd) as Lineage<ElementOf<R>>)
    return this.make(union(op, parents, options))
  }

  /**
   * The elements of a Node stream, a web stream or any async iterable. It is read once, by the first action, into blocks on the
   * driver's disk, as fast as they are written; what an action with a `signal` gives up is lost.
   *
   * @throws FILE_UNREADABLE at an action, where the source rejects, or was given up before its end
   * @example
   * const lines = sc.fromStream(readline.createInterface({ input: process.stdin }))
   */
  fromStream<T>(source: AsyncIterable<T>, options?: o.FromStreamOptions): RDD<T> {
    return this.make(sources.fromStream(this.operation('fromStream'), source, options))
  }

  // ─ Files: one path or several, folders, globs. Every new RDD lists them anew.

  /** One element a line. Splits files, but for compressed ones. `minPartitions` is `defaultMinPartitions` by default. */
  textFile(path: o.Paths, minPartitions?: number | o.TextOptions): RDD<string> {
    const op = this.operation('textFile')
    return this.make(sources.textFile(op, path, minPartitions, this.defaultMinPartitions))
  }

  /** `[path, text]` of each file; small files share partitions. */
  wholeTextFiles(path: o.Paths, minPartitions?: number | o.TextOptions): PairRDD<string, string> {
    const op = this.operation('wholeTextFiles')
    return this.make(binarySources.wholeTextFiles(op, this.#files(path, minPartitions)))
  }

  /** `[path, bytes]` of each file; small files share partitions. */
  binaryFiles(path: o.Paths, minPartitions?: number | o.ReadOptions): PairRDD<string, Buffer> {
    const op = this.operation('binaryFiles')
    return this.make(binarySources.binaryFiles(op, this.#files(path, minPartitions)))
  }

  /** Records of equal length. @throws CORRUPT_FILE at an action, where a file ends within a record */
  binaryRecords(path: o.Paths, recordLengthBytes: number, options?: o.ReadOptions): RDD<Buffer> {
    const op = this.operation('binaryRecords')
    const files = this.#files(path, options)
    return this.make(binarySources.binaryRecords(op, files, recordLengthBytes))
  }

  /** What `saveAsObjectFile` wrote. @throws CORRUPT_FILE at an action, for any other file */
  objectFile<T = unknown>(path: o.Paths, minPartitions?: number | o.ReadOptions): RDD<T> {
    const op = this.operation('objectFile')
    const lineage = binarySources.objectFile(op, this.#files(path, minPartitions))
    return this.make(lineage as Lineage<T>)
  }

  /**
   * One JSON value a line; lines of nothing but white space are left out.
   *
   * @throws MALFORMED_RECORD at an action, for a line that is no JSON, unless `mode` says otherwise
   * @example
   * const active = sc.jsonLines<{ city: string; active: boolean }>('users.jsonl').filter(user => user.active)
   */
  jsonLines<T = o.JsonValue>(path: o.Paths, options?: o.JsonLinesOptions): RDD<T> {
    const op = this.operation('jsonLines')
    const lineage = recordSources.jsonLines(op, path, options, this.defaultMinPartitions)
    return this.make(lineage as Lineage<T>)
  }

  /**
   * One object a row, its keys in the order of the columns; without header and columns, one array. Records end with `\n` or
   * `\r\n`, and go on over a line end inside quotes, wherever the file is cut.
   *
   * @throws MALFORMED_RECORD at an action, for a record that cannot be read, unless `mode` says otherwise
   * @example
   * const ages = sc.csv('people.csv', { schema: { name: 'string', age: 'int' } }).map(row => row.age)
   */
  csv<const S extends o.Schema>(
    path: o.Paths,
    options: o.CsvOptions & { schema: S },
  ): RDD<o.RowOf<S>>
  csv(path: o.Paths, options: o.CsvOptions & { header: false; columns?: never }): RDD<o.Cell[]>
  csv<R extends object = o.Row>(path: o.Paths, options?: o.CsvOptions): RDD<R>
  csv(path: o.Paths, options?: o.CsvOptions): RDD<never> {
    const op = this.operation('csv')
    const lineage = recordSources.csv(op, path, options, this.defaultMinPartitions)
    return this.make(lineage as Lineage<never>)
  }

  /**
   * One object a row. Only the columns that are asked for are read, and only row groups that may hold rows which meet the filter;
   * partitions are made of whole row groups.
   *
   * @throws MODULE_MISSING, CORRUPT_FILE at an action
   * @example
   * sc.parquet<{ id: number; city: string }>('cities', { columns: ['city'], filter: { id: { gte: 100 } } })
   */
  parquet<R extends object = o.Row>(path: o.Paths, options?: o.ParquetOptions<R>): RDD<R> {
    const op = this.operation('parquet')
    const lineage = parquet(op, path, options as o.ParquetOptions, this.defaultMinPartitions)
    return this.make(lineage as Lineage<R>)
  }

  /**
   * One object a record; longs are bigints. Files are shared out by their blocks.
   *
   * @throws MODULE_MISSING, CORRUPT_FILE at an action
   * @example
   * sc.avro<{ name: string }>('users.avro').map(user => user.name)
   */
  avro<R = o.Row>(path: o.Paths, options?: o.ReadOptions): RDD<R> {
    const op = this.operation('avro')
    return this.make(binarySources.avro(op, this.#files(path, options)) as Lineage<R>)
  }

  // ─ Shared variables

  /** Sent once to each host that needs it. What the driver changes in it later is not seen by tasks. */
  broadcast<T>(value: T): Broadcast<T> {
    return this.shared.broadcast(this.operation('broadcast'), value)
  }

  /** Adds numbers; with `param`, anything. */
  accumulator(initial: number, options?: AccumulatorOptions): Accumulator<number, number, number>
  accumulator<V, In = V>(
    initial: V,
    param: AccumulatorParam<V, In>,
    options?: AccumulatorOptions,
  ): Accumulator<In, V, V>
  accumulator<V, In>(
    initial: V,
    paramOrOptions?: AccumulatorParam<V, In> | AccumulatorOptions,
    options?: AccumulatorOptions,
  ): Accumulator<In, V, V> {
    const op = this.operation('accumulator')
    return this.shared.accumulator(op, initial, paramOrOptions, options)
  }

  /** Adds whole numbers, and knows count and average. */
  longAccumulator(name?: string | AccumulatorOptions): NumberAccumulator {
    return this.shared.longAccumulator(this.operation('longAccumulator'), name)
  }

  /** Adds numbers, and knows count and average. */
  doubleAccumulator(name?: string | AccumulatorOptions): NumberAccumulator {
    return this.shared.doubleAccumulator(this.operation('doubleAccumulator'), name)
  }

  /** Gathers elements, in no particular order. */
  collectionAccumulator<T>(name?: string | AccumulatorOptions): Accumulator<T, T[], T[]> {
    return this.shared.collectionAccumulator<T>(this.operation('collectionAccumulator'), name)
  }

  /** Makes your own accumulator known, so that tasks may add to it. */
  register(accumulator: AccumulatorV2<never, unknown>, name?: string | AccumulatorOptions): void {
    this.shared.register(this.operation('register'), accumulator, name)
  }

  // ─ Jobs by hand

  /** One result for each partition asked for, in their order; all by default. @throws INVALID_PARTITION */
  async runJob<T, U>(
    rdd: RDD<T>,
    f: (partition: Records<T>) => U,
    partitions?: readonly number[] | o.RunJobOptions<NoInfer<U>>,
  ): Promise<U[]> {
    const op = this.operation('runJob')
    const call = { op, jobs: this.jobs, lineage: this.lineageOf(op, rdd) }
    return runFunction(call, f, partitions)
  }

  /**
   * What the evaluator, on the driver, makes of the partitions that are done after `timeoutMs`; the job goes on.
   *
   * @param f computes one result of each partition, in the tasks
   * @example
   * let longest = 0
   * const soon = await sc.runApproximateJob(lines, part => Math.max(0, ...part.map(line => line.length)), {
   *   merge: (_partition, length) => { longest = Math.max(longest, length) },
   *   currentResult: () => ({ longest }),
   * }, 1000)
   */
  async runApproximateJob<T, U, R extends object>(
    rdd: RDD<T>,
    f: (partition: Records<T>) => U,
    evaluator: o.ApproximateEvaluator<NoInfer<U>, R>,
    timeoutMs: number,
    options?: o.ActionOptions,
  ): Promise<o.PartialResult<R>> {
    const op = this.operation('runApproximateJob')
    const call = { op, jobs: this.jobs, lineage: this.lineageOf(op, rdd) }
    return runApproximate(call, f, evaluator, timeoutMs, options)
  }

  // ─ What all of them do

  protected make<T>(lineage: Lineage<T>): RDD<T> {
    return internals.newRdd(this.context, lineage)
  }

  protected abstract readonly context: SparkContext

  /** Of an RDD that this context made. */
  protected lineageOf<T>(op: Operation, rdd: RDD<T>): Lineage<T> {
    if (!(rdd instanceof RDD)) throw invalidArgument(op, 'rdd', rdd, 'an RDD')
    if (rdd.context !== this.context) throw otherContext(op)
    return internals.lineageOf(rdd)
  }

  #files(
    path: o.Paths,
    minPartitions: number | o.ReadOptions | undefined,
  ): binarySources.BinaryArguments {
    return { path, minPartitions, defaultMinPartitions: this.defaultMinPartitions }
  }
}
