import type { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { StorageLevel } from '#publib/blocks'
import { type Unshippable, unshippable, userCallSite } from '#publib/closure'
import { type EvaluatorFactory, type Lineage, type StatCounter, standing } from '#publib/lineage'
import type { Partitioner } from '#publib/shuffle'
import type { KeyedMap } from '#publib/util'
import { internals } from './internals.ts'
import * as actions from './operations/actions.ts'
import * as approximate from './operations/approximate.ts'
import * as waiting from './operations/async.ts'
import { debugString, describe } from './operations/describe.ts'
import { type DeterministicLevel, deterministicLevel } from './operations/determinism.ts'
import { invalidArgument, otherContext } from './operations/errors.ts'
import { explained } from './operations/explain.ts'
import * as keeping from './operations/keeping.ts'
import { localIterator } from './operations/local-iterator.ts'
import { Operation } from './operations/operation.ts'
import * as pairs from './operations/pair.ts'
import * as pairActions from './operations/pair-actions.ts'
import * as sampling from './operations/sampling.ts'
import * as saving from './operations/save.ts'
import * as several from './operations/several.ts'
import * as sketches from './operations/sketches.ts'
import * as statistics from './operations/statistics.ts'
import * as streams from './operations/streams.ts'
import * as narrow from './operations/transformations.ts'
import * as trees from './operations/trees.ts'
import type * as o from './options.ts'
import type { SparkContext } from './spark-context.ts'
import type * as v from './values.ts'
import type { Group, Pair, PairRDD, Records, Value } from './values.ts'

const MARK: Unshippable = {
  what: 'an RDD (it exists only on the driver)',
  hint: 'collect() it first, or join it with the other RDD',
  code: 'NESTED_RDD',
}

/** An immutable partitioned collection of `T`. A context makes the first ones, transformations the others. */
export class RDD<out T> implements AsyncIterable<T> {
  readonly context: SparkContext
  #lineage: Lineage<T>

  static {
    internals.newRdd = (context, lineage) => new RDD(context, lineage)
    internals.lineageOf = rdd => rdd.lineage
  }

  private constructor(context: SparkContext, lineage: Lineage<T>) {
    this.context = context
    this.#lineage = lineage
    internals.watch(context, lineage)
  }

  /** Where it was checkpointed, that of the checkpoint: what it was computed from can be forgotten. */
  private get lineage(): Lineage<T> {
    this.#lineage = standing(this.#lineage)
    return this.#lineage
  }

  get [unshippable](): Unshippable {
    return MARK
  }

  // ─ Facts

  /** Unique in its context, and larger for an RDD made later. */
  get id(): number {
    return this.lineage.id
  }

  get name(): string | undefined {
    return this.lineage.about.name
  }

  /** How keys are placed; undefined after what may change them. Sampled bounds are known after the first job. */
  get partitioner(): Partitioner | undefined {
    return this.lineage.partitioner
  }

  /** What it is computed from. */
  get dependencies(): readonly v.Dependency[] {
    const { lineage, context } = this
    if (!lineage.isPrepared) {
      // Which of them need no shuffle is found out when an action comes.
      const kind = lineage.tag === 'shuffled' || lineage.tag === 'coGrouped' ? 'shuffle' : 'narrow'
      return lineage.parents.map(parent => ({ kind, rdd: internals.newRdd(context, parent) }))
    }
    return lineage.dependencies.map(({ kind, parent }) => {
      return { kind, rdd: internals.newRdd(context, parent) }
    })
  }

  /**
   * Whether a recomputation gives the same elements in the same order, in another order (UNORDERED), or other ones
   * (INDETERMINATE), as far as its operators tell: functions that use chance or a clock are not looked into.
   */
  get outputDeterministicLevel(): DeterministicLevel {
    return deterministicLevel(this.lineage)
  }

  /** True once the checkpoint is written, the local one too. */
  get isCheckpointed(): boolean {
    return this.#checkpoint?.isWritten ?? false
  }

  /** True from `localCheckpoint` on. */
  get isLocallyCheckpointed(): boolean {
    return this.#checkpoint?.kind === 'local'
  }

  /** The folder of the checkpoint; undefined until it is written. */
  getCheckpointFile(): string | undefined {
    const checkpoint = this.#checkpoint
    return checkpoint?.kind === 'reliable' && checkpoint.isWritten ? checkpoint.folder : undefined
  }

  /** True from `persist` to `unpersist`. */
  get isCached(): boolean {
    return this.lineage.about.isCached
  }

  /** How many partitions: a promise, since files may have to be listed or ranges sampled first. */
  async getNumPartitions(): Promise<number> {
    return (await this.#prepared('getNumPartitions')).numPartitions
  }

  /** The partitions, by index. */
  async partitions(): Promise<readonly v.Partition[]> {
    const { numPartitions } = await this.#prepared('partitions')
    return Array.from({ length: numPartitions }, (_, index) => ({ index }))
  }

  /** The hosts on which a partition is best computed. */
  async preferredLocations(partition: v.Partition | number): Promise<readonly string[]> {
    const index = typeof partition === 'number' ? partition : partition.index
    return (await this.#prepared('preferredLocations')).preferredLocations(index)
  }

  /** The lineage as text: one indentation for each shuffle, with partition counts and cached sizes. */
  async toDebugString(): Promise<string> {
    const lineage = await this.#prepared('toDebugString')
    return debugString(lineage, internals.cachedBytesOf(this.context))
  }

  /**
   * How each operator would run, stage by stage: `kernel` (over whole columns, without a call of its function), `loop` (its
   * function is called from a generated loop) or `as written`; and what stands in the way of a kernel. No job runs.
   *
   * @example
   * // stage 1 of 2, 8 partitions
   * //   MapPartitions[3] at map at main.ts:4: loop (its function has a loop (main.ts:4:25))
   */
  async explain(): Promise<string> {
    const lineage = await this.#prepared('explain')
    return explained(lineage, internals.codegenModeOf(this.context))
  }

  /** As `MapPartitions[7] at map at main.ts:12`. */
  toString(): string {
    return describe(this.lineage.about)
  }

  // ─ Keeping

  /** Names it, for lineage, log and UI. */
  setName(name: string): this {
    this.lineage.about.name = name
    return this
  }

  /** How its partitions are kept: `StorageLevel.NONE` where they are not. */
  getStorageLevel(): StorageLevel {
    return this.lineage.storageLevel
  }

  /** `persist(StorageLevel.MEMORY_ONLY)`. */
  cache(): this {
    return this.persist()
  }

  /**
   * Keeps partitions once an action computes them, as columns in memory that all executors of a host share, or on disk. What
   * of MEMORY_ONLY must give way is computed again when it is needed; what of MEMORY_AND_DISK, DISK_ONLY or OFF_HEAP has no
   * room in memory goes to disk. There is one copy, whatever the level says of replication.
   *
   * @param storageLevel default MEMORY_ONLY; the same one again is no news
   * @throws STORAGE_LEVEL_SET if it has another level
   * @example
   * const pairs = sc.textFile('big.txt').map(line => [line.length, line]).persist(StorageLevel.MEMORY_AND_DISK)
   */
  persist(storageLevel: StorageLevel = StorageLevel.MEMORY_ONLY): this {
    const isKept = keeping.persist(this.#op('persist'), this.lineage, storageLevel)
    if (isKept) internals.keep(this.context, this.lineage)
    return this
  }

  /** Not cached from now on; with `blocking` (default false) the promise waits for the blocks to be gone. Never rejects. */
  async unpersist(blocking = false): Promise<this> {
    this.lineage.about.isCached = false
    this.lineage.about.storageLevel = undefined
    const dropped = internals.unkeep(this.context, this.lineage)
    if (blocking) await dropped
    return this
  }

  /**
   * Will be written to the folder of checkpoints by a second job after its first action, and forget its parents then: lineages
   * of programs that loop stay short, and what is written outlives executors. Persist it first, or it is computed twice.
   *
   * @throws CHECKPOINT_DIR_NOT_SET; jobs later fail with CHECKPOINT_LOST where a file of it is gone or damaged
   * @example
   * sc.setCheckpointDir('checkpoints')
   * let ranks = links.mapValues(() => 1)
   * for (let i = 0; i < 100; i++) {
   *   ranks = step(ranks).persist()
   *   if (i % 10 === 9) ranks.checkpoint()
   *   await ranks.count()
   * }
   */
  checkpoint(): this {
    const { op, jobs, lineage } = this.#call('checkpoint')
    jobs.checkpoints.markReliable(op, lineage)
    return this
  }

  /**
   * Forgets its parents after its first action, as `checkpoint` does, but without a reliable copy: what is written lies with
   * the workers. It outlives executors, not workers: if one is lost, jobs fail with CHECKPOINT_LOST. Until then it is kept as
   * MEMORY_AND_DISK, or as its own level with disk.
   *
   * @example
   * const short = longLineage.localCheckpoint()
   * await short.count()
   */
  localCheckpoint(): this {
    const { jobs, lineage } = this.#call('localCheckpoint')
    jobs.checkpoints.markLocal(lineage)
    internals.keep(this.context, lineage)
    return this
  }

  /**
   * Deletes the shuffle files of its lineage, which are made anew when a job needs them.
   *
   * @param blocking whether the promise waits until they are gone; default false
   * @example
   * const model = await train(features)
   * await features.cleanShuffleDependencies()
   */
  async cleanShuffleDependencies(blocking = false): Promise<void> {
    const { jobs, lineage } = this.#call('cleanShuffleDependencies')
    const cleaned = jobs.cleanShuffles(keeping.shufflesOf(lineage))
    if (blocking) await cleaned
  }

  // ─ Element by element

  /**
   * One element for each. Instances of classes lose their class where elements travel: in a shuffle, in the cache, to the driver.
   *
   * @throws UNEXPECTED_PROMISE in the task: see `mapAsync`
   */
  map<U extends Value>(f: (element: T) => U, preservesPartitioning?: o.Narrow): RDD<U> {
    return this.#make(narrow.map(this.#op('map'), this.lineage, f, preservesPartitioning))
  }

  /** Any number of elements for each; a string counts as its characters. @throws NOT_ITERABLE in the task */
  flatMap<U extends Value>(
    f: (element: T) => Iterable<U>,
    preservesPartitioning?: o.Narrow,
  ): RDD<U> {
    return this.#make(narrow.flatMap(this.#op('flatMap'), this.lineage, f, preservesPartitioning))
  }

  /** The elements for which `f` is true, or truthy; keeps the partitioner. */
  filter<S extends T>(f: (element: T) => element is S, options?: o.TransformOptions): RDD<S>
  filter(f: (element: T) => v.Truth, options?: o.TransformOptions): RDD<T>
  filter(f: (element: T) => v.Truth, options?: o.TransformOptions): RDD<T> {
    return this.#make(narrow.filter(this.#op('filter'), this.lineage, f, options))
  }

  /** Scala's `collect(partialFunction)`: maps, and leaves out the elements for which `f` gives undefined. */
  collectPartial<U extends v.Defined | null>(
    f: (element: T) => U | undefined,
    options?: o.NarrowOptions,
  ): RDD<U> {
    return this.#make(narrow.collectPartial(this.#op('collectPartial'), this.lineage, f, options))
  }

  /** `[f(x), x]`. */
  keyBy<K extends Value>(f: (element: T) => K, options?: o.TransformOptions): PairRDD<K, T> {
    return this.#make(narrow.keyBy(this.#op('keyBy'), this.lineage, f, options))
  }

  /** `map` with a function that waits; calls overlap. */
  mapAsync<U extends Value>(
    f: v.AsyncFunction<T, U>,
    options?: o.AsyncOptions & o.NarrowOptions,
  ): RDD<U> {
    return this.#make(waiting.mapAsync(this.#op('mapAsync'), this.lineage, f, options))
  }

  /** `flatMap` with a function that waits; calls overlap. */
  flatMapAsync<U extends Value>(
    f: v.AsyncFunction<T, Iterable<U> | AsyncIterable<U>>,
    options?: o.AsyncOptions & o.NarrowOptions,
  ): RDD<U> {
    return this.#make(waiting.flatMapAsync(this.#op('flatMapAsync'), this.lineage, f, options))
  }

  // ─ Partition by partition

  /** Reads and gives a partition lazily; what `f` does not read is not computed. */
  mapPartitions<U extends Value>(
    f: (partition: Records<T>) => Iterable<U>,
    preservesPartitioning?: o.Narrow,
  ): RDD<U> {
    const op = this.#op('mapPartitions')
    return this.#make(narrow.mapPartitions(op, this.lineage, f, preservesPartitioning))
  }

  /** `mapPartitions` that knows which one it is. */
  mapPartitionsWithIndex<U extends Value>(
    f: (index: number, partition: Records<T>) => Iterable<U>,
    preservesPartitioning?: o.Narrow,
  ): RDD<U> {
    const op = this.#op('mapPartitionsWithIndex')
    return this.#make(narrow.mapPartitionsWithIndex(op, this.lineage, f, preservesPartitioning))
  }

  /** `mapPartitions` by an object that a factory makes for each task. */
  mapPartitionsWithEvaluator<U>(factory: v.PartitionEvaluatorFactory<[T], U>): RDD<U> {
    const op = this.#op('mapPartitionsWithEvaluator')
    return this.#make(narrow.withEvaluator<U>(op, [this.lineage], factory as EvaluatorFactory<U>))
  }

  /** One array for each partition. */
  glom(options?: o.TransformOptions): RDD<T[]> {
    return this.#make(narrow.glom(this.#op('glom'), this.lineage, options))
  }

  // ─ Partitioning and order

  /** Fewer partitions by joining neighbours; more only with `shuffle` (default false). */
  coalesce(numPartitions: number, shuffle?: boolean | o.CoalesceOptions): RDD<T> {
    return this.#make(narrow.coalesce(this.#op('coalesce'), this.lineage, numPartitions, shuffle))
  }

  /** Spreads all elements evenly by a shuffle. */
  repartition(numPartitions: number, options?: o.TransformOptions): RDD<T> {
    const op = this.#op('repartition')
    return this.#make(narrow.repartition(op, this.lineage, numPartitions, options))
  }

  /** Sorted by what `f` gives, `ascending` by default; ranges are sampled when an action comes. */
  sortBy<K extends Value>(
    f: (element: T) => K,
    ascending?: o.Ascending<K>,
    numPartitions?: number,
  ): RDD<T> {
    const sort = { ascending, numPartitions }
    return this.#make(pairs.sortBy(this.#op('sortBy'), this.lineage, f, sort))
  }

  /** About `fraction` of the elements; with replacement the mean number of copies of each. */
  sample(withReplacement: boolean, fraction: number, seed?: o.Seed): RDD<T> {
    const op = this.#op('sample')
    return this.#make(sampling.sample(op, this.lineage, withReplacement, fraction, seed))
  }

  /** Disjoint RDDs that hold every element together, in proportion to their weights. */
  randomSplit<const W extends readonly number[]>(
    weights: W,
    seed?: o.Seed,
  ): { -readonly [I in keyof W]: RDD<T> } {
    const split = sampling.randomSplit(this.#op('randomSplit'), this.lineage, weights, seed)
    return split.map(part => this.#make(part)) as { -readonly [I in keyof W]: RDD<T> }
  }

  // ─ With other RDDs

  /** The elements of both, duplicates too. */
  union<U>(other: RDD<U>, options?: o.TransformOptions): RDD<T | U> {
    const op = this.#op('union')
    const parents: Lineage<T | U>[] = [this.lineage, this.#other(op, other)]
    return this.#make(narrow.union(op, parents, options))
  }

  /** The elements that are in both, each once. */
  intersection(other: RDD<T>, numPartitions?: o.Partitioning<T>): RDD<T> {
    const op = this.#op('intersection')
    const sides = [this.lineage, this.#other(op, other)] as const
    return this.#make(several.filterElements(op, sides, 'both', numPartitions))
  }

  /** The elements that are not in `other`, duplicates too. */
  subtract(other: RDD<T>, numPartitions?: o.Partitioning<T>): RDD<T> {
    const op = this.#op('subtract')
    const sides = [this.lineage, this.#other(op, other)] as const
    return this.#make(several.filterElements(op, sides, 'leftOnly', numPartitions))
  }

  /** Each element once. */
  distinct(numPartitions?: o.Partitioning<T>): RDD<T> {
    return this.#make(narrow.distinct(this.#op('distinct'), this.lineage, numPartitions))
  }

  /** Every element with every one of `other`. */
  cartesian<U>(other: RDD<U>, options?: o.TransformOptions): PairRDD<T, U> {
    const op = this.#op('cartesian')
    return this.#make(several.cartesian(op, this.lineage, this.#other(op, other), options))
  }

  /** Element by element. @throws PARTITIONS_MISMATCH if numbers of partitions, or of elements in one, differ */
  zip<U>(other: RDD<U>, options?: o.TransformOptions): PairRDD<T, U> {
    const op = this.#op('zip')
    return this.#make(several.zip(op, this.lineage, this.#other(op, other), options))
  }

  /** Partition by partition with one other RDD or several. @throws PARTITIONS_MISMATCH if numbers of partitions differ */
  zipPartitions<U, R extends Value>(
    other: RDD<U>,
    f: (partition: Records<T>, other: Records<U>) => Iterable<R>,
    preservesPartitioning?: o.Narrow,
  ): RDD<R>
  zipPartitions<Us extends readonly unknown[], R extends Value>(
    others: readonly [...{ [I in keyof Us]: RDD<Us[I]> }],
    f: (partition: Records<T>, ...others: v.Partitions<Us>) => Iterable<R>,
    preservesPartitioning?: o.Narrow,
  ): RDD<R>
  zipPartitions<R extends Value>(
    others: RDD<unknown> | readonly RDD<unknown>[],
    f: (...partitions: never[]) => Iterable<R>,
    preservesPartitioning?: o.Narrow,
  ): RDD<R> {
    const op = this.#op('zipPartitions')
    const list: readonly RDD<unknown>[] = others instanceof RDD ? [others] : others
    const parents = [this.lineage, ...list.map(other => this.#other(op, other))]
    const zipping = f as (...partitions: IterableIterator<unknown>[]) => Iterable<R>
    return this.#make(several.zipPartitions(op, parents, zipping, preservesPartitioning))
  }

  /** `zipPartitions` by an object that a factory makes for each task. */
  zipPartitionsWithEvaluator<U, R>(
    other: RDD<U>,
    factory: v.PartitionEvaluatorFactory<[T, U], R>,
  ): RDD<R> {
    const op = this.#op('zipPartitionsWithEvaluator')
    const parents = [this.lineage, this.#other(op, other)]
    return this.#make(narrow.withEvaluator<R>(op, parents, factory as EvaluatorFactory<R>))
  }

  /** With the position in the whole RDD; counted when an action comes. */
  zipWithIndex(options?: o.TransformOptions): PairRDD<T, number> {
    const op = this.#op('zipWithIndex')
    return this.#make(several.numbered(op, this.lineage, 'positions', options))
  }

  /** With a unique number that leaves gaps; nothing is counted. */
  zipWithUniqueId(options?: o.TransformOptions): PairRDD<T, number> {
    const op = this.#op('zipWithUniqueId')
    return this.#make(several.numbered(op, this.lineage, 'unique', options))
  }

  /** The elements in groups, under what `f` gives for them. */
  groupBy<K extends Value>(
    f: (element: T) => K,
    ...placement: o.Placement<K>
  ): PairRDD<K, Group<T>> {
    return this.#make(pairs.groupBy(this.#op('groupBy'), this.lineage, f, placement))
  }

  // ─ Pairs

  /** The keys, duplicates too. */
  keys<K, V>(this: PairRDD<K, V>): RDD<K> {
    return this.#make(pairs.keys(this.#op('keys'), this.lineage))
  }

  /** The values. */
  values<K, V>(this: PairRDD<K, V>): RDD<V> {
    return this.#make(pairs.values(this.#op('values'), this.lineage))
  }

  /** One value for each; keeps keys and partitioner. */
  mapValues<K, V, U extends Value>(
    this: PairRDD<K, V>,
    f: (value: V) => U,
    options?: o.TransformOptions,
  ): PairRDD<K, U> {
    return this.#make(pairs.mapValues(this.#op('mapValues'), this.lineage, f, options))
  }

  /** Any number of values for each; keeps keys and partitioner. */
  flatMapValues<K, V, U extends Value>(
    this: PairRDD<K, V>,
    f: (value: V) => Iterable<U>,
    options?: o.TransformOptions,
  ): PairRDD<K, U> {
    return this.#make(pairs.flatMapValues(this.#op('flatMapValues'), this.lineage, f, options))
  }

  /** One value a key; combines before the shuffle. */
  reduceByKey<K, V extends Value>(
    this: PairRDD<K, V>,
    f: (a: V, b: V) => V,
    ...placement: o.Placement<K>
  ): PairRDD<K, V> {
    return this.#make(pairs.reduceByKey(this.#op('reduceByKey'), this.lineage, f, placement))
  }

  /** `reduceByKey` that begins with a zero. */
  foldByKey<K, V extends Value>(
    this: PairRDD<K, V>,
    zeroValue: NoInfer<V>,
    f: (a: V, b: V) => V,
    ...placement: o.Placement<K>
  ): PairRDD<K, V> {
    const op = this.#op('foldByKey')
    return this.#make(pairs.foldByKey(op, this.lineage, zeroValue, f, placement))
  }

  /** Adds values to a zero, then merges; both functions may change and return their first argument. */
  aggregateByKey<K, V, U extends v.Defined>(
    this: PairRDD<K, V>,
    zeroValue: U,
    seqFunc: (accumulated: U, value: V) => U,
    combFunc: (a: U, b: U) => U,
    ...placement: o.Placement<K>
  ): PairRDD<K, U> {
    const functions = { seqFunc, combFunc }
    const op = this.#op('aggregateByKey')
    return this.#make(pairs.aggregateByKey(op, this.lineage, zeroValue, functions, placement))
  }

  /** The primitive of the others: the first value of a key becomes a combiner, which takes in further ones and is merged. */
  combineByKey<K, V, C extends Value>(
    this: PairRDD<K, V>,
    createCombiner: (value: V) => C,
    mergeValue: (combiner: C, value: V) => C,
    mergeCombiners: (a: C, b: C) => C,
    ...placement: o.Placement<K>
  ): PairRDD<K, C> {
    const functions = { createCombiner, mergeValue, mergeCombiners }
    const op = this.#op('combineByKey')
    return this.#make(pairs.combineByKey(op, this.lineage, functions, placement))
  }

  /** The values in groups; one may be larger than memory. */
  groupByKey<K, V>(this: PairRDD<K, V>, ...placement: o.Placement<K>): PairRDD<K, Group<V>> {
    return this.#make(pairs.groupByKey(this.#op('groupByKey'), this.lineage, placement))
  }

  /** Moves each pair to the place of its key; nothing moves if the partitioner is equal. @throws INVALID_PARTITION in the task */
  partitionBy<K, V>(
    this: PairRDD<K, V>,
    numPartitions?: o.Places<K>,
    partitionFunc?: v.PartitionFunction<NoInfer<K>>,
  ): PairRDD<K, V> {
    const op = this.#op('partitionBy')
    return this.#make(pairs.partitionBy(op, this.lineage, numPartitions, partitionFunc))
  }

  /** Sorted by key over all partitions, `ascending` by default; ranges are sampled when an action comes. */
  sortByKey<K, V>(
    this: PairRDD<K, V>,
    ascending?: o.Ascending<K>,
    numPartitions?: number,
    keyFunc?: v.KeyFunction<NoInfer<K>>,
  ): PairRDD<K, V> {
    const sort = { ascending, numPartitions, keyFunc }
    return this.#make(pairs.sortByKey(this.#op('sortByKey'), this.lineage, sort))
  }

  /** `partitionBy` that sorts each partition by key, `ascending` by default; equal keys keep their order. */
  repartitionAndSortWithinPartitions<K, V>(
    this: PairRDD<K, V>,
    numPartitions?: o.Places<K>,
    partitionFunc?: v.PartitionFunction<NoInfer<K>>,
    ascending?: boolean,
    keyFunc?: v.KeyFunction<NoInfer<K>>,
  ): PairRDD<K, V> {
    const op = this.#op('repartitionAndSortWithinPartitions')
    const sort = { ascending, keyFunc }
    const { lineage } = this
    return this.#make(pairs.partitionAndSort(op, lineage, { numPartitions, partitionFunc }, sort))
  }

  /** Keys from `lower` to `upper`, both included; of a sorted RDD only the partitions that may hold some are computed. */
  filterByRange<K, V>(this: PairRDD<K, V>, lower: NoInfer<K>, upper: NoInfer<K>): PairRDD<K, V> {
    const op = this.#op('filterByRange')
    return this.#make(pairs.filterByRange(op, this.lineage, lower, upper))
  }

  /** A sample with a fraction for each key, in one pass and of about its size. */
  sampleByKey<K, V>(
    this: PairRDD<K, V>,
    withReplacement: boolean,
    fractions: v.Fractions<K>,
    seed?: o.Seed,
  ): PairRDD<K, V> {
    const op = this.#op('sampleByKey')
    const { lineage } = this
    return this.#make(sampling.sampleByKey(op, lineage, withReplacement, fractions, seed, false))
  }

  /**
   * `sampleByKey` of exactly `ceil(fraction × count)` values a key: they are counted when an action comes, which takes a pass
   * more. Equal seeds give equal samples.
   *
   * @example
   * const tenth = await pairs.sampleByKeyExact(false, new Map([['a', 0.1], ['b', 0.5]]), 7).collect()
   */
  sampleByKeyExact<K, V>(
    this: PairRDD<K, V>,
    withReplacement: boolean,
    fractions: v.Fractions<K>,
    seed?: o.Seed,
  ): PairRDD<K, V> {
    const op = this.#op('sampleByKeyExact')
    const { lineage } = this
    return this.#make(sampling.sampleByKey(op, lineage, withReplacement, fractions, seed, true))
  }

  /**
   * How many different values each key has, about; in some hundred bytes a key.
   *
   * @param relativeSD the relative standard deviation of the counts: default 0.05, above 0.000017
   * @example
   * const visitors = await visits.countApproxDistinctByKey().collect() // [[page, 1042], …]
   */
  countApproxDistinctByKey<K, V>(
    this: PairRDD<K, V>,
    relativeSD = 0.05,
    numPartitions?: o.Partitioning<K>,
  ): PairRDD<K, number> {
    const op = this.#op('countApproxDistinctByKey')
    return this.#make(
      sketches.countApproxDistinctByKey(op, this.lineage, relativeSD, numPartitions),
    )
  }

  // ─ Pairs of two RDDs and more: equal partitioners need no shuffle

  /** Each value with each of the other side's, for keys that are in both. */
  join<K, V, W>(
    this: PairRDD<K, V>,
    other: PairRDD<K, W>,
    numPartitions?: o.Partitioning<K>,
  ): PairRDD<K, [V, W]> {
    return this.#join('join', other, 'inner', numPartitions) as PairRDD<K, [V, W]>
  }

  /** `join`, and the keys that are only in this. */
  leftOuterJoin<K, V, W>(
    this: PairRDD<K, V>,
    other: PairRDD<K, W>,
    numPartitions?: o.Partitioning<K>,
  ): PairRDD<K, [V, W | undefined]> {
    const joined = this.#join('leftOuterJoin', other, 'left', numPartitions)
    return joined as PairRDD<K, [V, W | undefined]>
  }

  /** `join`, and the keys that are only in `other`. */
  rightOuterJoin<K, V, W>(
    this: PairRDD<K, V>,
    other: PairRDD<K, W>,
    numPartitions?: o.Partitioning<K>,
  ): PairRDD<K, [V | undefined, W]> {
    const joined = this.#join('rightOuterJoin', other, 'right', numPartitions)
    return joined as PairRDD<K, [V | undefined, W]>
  }

  /** `join`, and the keys that are only in one. */
  fullOuterJoin<K, V, W>(
    this: PairRDD<K, V>,
    other: PairRDD<K, W>,
    numPartitions?: o.Partitioning<K>,
  ): PairRDD<K, [V | undefined, W | undefined]> {
    const joined = this.#join('fullOuterJoin', other, 'full', numPartitions)
    return joined as PairRDD<K, [V | undefined, W | undefined]>
  }

  /** For each key that is in any, the group of each side; several others in a row, or in an array. */
  cogroup<K, V, W>(
    this: PairRDD<K, V>,
    other: PairRDD<K, W>,
    numPartitions?: o.Partitioning<K>,
  ): PairRDD<K, [Group<V>, Group<W>]>
  cogroup<K, V, Ws extends readonly unknown[]>(
    this: PairRDD<K, V>,
    others: readonly [...v.PairRDDs<K, Ws>],
    numPartitions?: o.Partitioning<K>,
  ): PairRDD<K, [Group<V>, ...v.Groups<Ws>]>
  cogroup<K, V, Ws extends readonly unknown[]>(
    this: PairRDD<K, V>,
    ...others: v.PairRDDs<K, Ws>
  ): PairRDD<K, [Group<V>, ...v.Groups<Ws>]>
  cogroup<K>(this: PairRDD<K, unknown>, ...given: unknown[]): PairRDD<K, never> {
    return this.#cogroup('cogroup', given) as PairRDD<K, never>
  }

  /** The other name of `cogroup`. */
  groupWith<K, V, Ws extends readonly unknown[]>(
    this: PairRDD<K, V>,
    ...others: v.PairRDDs<K, Ws>
  ): PairRDD<K, [Group<V>, ...v.Groups<Ws>]> {
    return this.#cogroup('groupWith', others) as PairRDD<K, [Group<V>, ...v.Groups<Ws>]>
  }

  /** The pairs whose key is not in `other`, duplicates too. */
  subtractByKey<K, V>(
    this: PairRDD<K, V>,
    other: PairRDD<K, unknown>,
    numPartitions?: o.Partitioning<K>,
  ): PairRDD<K, V> {
    const op = this.#op('subtractByKey')
    const sides = [this.lineage, this.#other(op, other)] as const
    return this.#make(several.filterPairs(op, sides, 'leftOnly', numPartitions))
  }

  // ─ Actions: elements to the driver

  /** All elements, partitions in order. @throws RESULT_TOO_LARGE */
  async collect(options?: o.ActionOptions): Promise<T[]> {
    return actions.collect(this.#call('collect'), options)
  }

  /** How many elements. */
  async count(options?: o.ActionOptions): Promise<number> {
    return actions.count(this.#call('count'), options)
  }

  /** The first element. @throws EMPTY_RDD */
  async first(options?: o.ActionOptions): Promise<T> {
    return actions.first(this.#call('first'), options)
  }

  /** The first elements; computes one partition, then as many as are likely to do. */
  async take(num: number, options?: o.ActionOptions): Promise<T[]> {
    return actions.take(this.#call('take'), num, options)
  }

  /** Whether there is none. */
  async isEmpty(options?: o.ActionOptions): Promise<boolean> {
    return actions.isEmpty(this.#call('isEmpty'), options)
  }

  /** The largest, in falling order. */
  async top(num: number, key?: v.KeyFunction<T> | o.OrderOptions<T>): Promise<T[]> {
    return actions.takeOrdered(this.#call('top'), num, key, true)
  }

  /** The smallest, in rising order. */
  async takeOrdered(num: number, key?: v.KeyFunction<T> | o.OrderOptions<T>): Promise<T[]> {
    return actions.takeOrdered(this.#call('takeOrdered'), num, key, false)
  }

  /** Exactly `num` at random; all of them, shuffled, if there are not more and none is put back. */
  async takeSample(
    withReplacement: boolean,
    num: number,
    seed?: number | o.TakeSampleOptions,
  ): Promise<T[]> {
    return sampling.takeSample(this.#call('takeSample'), withReplacement, num, seed)
  }

  /** The largest. @throws EMPTY_RDD */
  async max(key?: v.KeyFunction<T> | o.OrderOptions<T>): Promise<T> {
    return actions.extreme(this.#call('max'), key, true)
  }

  /** The smallest. @throws EMPTY_RDD */
  async min(key?: v.KeyFunction<T> | o.OrderOptions<T>): Promise<T> {
    return actions.extreme(this.#call('min'), key, false)
  }

  /** All elements in order, computed a partition at a time as they are asked for, in bounded memory. */
  toLocalIterator(
    prefetchPartitions?: boolean | o.LocalIteratorOptions,
  ): AsyncGenerator<T, void, undefined> {
    return localIterator(this.#call('toLocalIterator'), prefetchPartitions)
  }

  /** `toLocalIterator(true)`, for `for await`; leaving the loop ends the job. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return localIterator(this.#call('toLocalIterator'), true)
  }

  /** All elements in order as a Node stream in object mode, with its back-pressure. Null, which would end it, is an error. */
  stream(options?: o.LocalIteratorOptions): Readable {
    return streams.nodeStream(localIterator(this.#call('stream'), options))
  }

  /** All elements in order as a web stream, with its back-pressure. */
  webStream(options?: o.LocalIteratorOptions): ReadableStream<T> {
    return streams.webStream(localIterator(this.#call('webStream'), options))
  }

  // ─ Actions: one result

  /** One value of all. @throws EMPTY_RDD */
  async reduce(f: (a: T, b: T) => T, options?: o.ActionOptions): Promise<T> {
    return actions.reduce(this.#call('reduce'), f, options)
  }

  /** `reduce` with a zero that takes part once in each partition and once on the driver. */
  async fold(zeroValue: T, op: (a: T, b: T) => T, options?: o.ActionOptions): Promise<T> {
    return actions.aggregate(this.#call('fold'), zeroValue, { seqOp: op, combOp: op }, options)
  }

  /** Adds elements to a zero in each partition, then merges; both functions may change and return their first argument. */
  async aggregate<U extends v.Defined>(
    zeroValue: U,
    seqOp: (accumulated: U, element: T) => U,
    combOp: (a: U, b: U) => U,
    options?: o.ActionOptions,
  ): Promise<U> {
    return actions.aggregate(this.#call('aggregate'), zeroValue, { seqOp, combOp }, options)
  }

  /** `reduce` in `depth` levels (default 2). @throws EMPTY_RDD */
  async treeReduce(f: (a: T, b: T) => T, depth?: number | o.TreeOptions): Promise<T> {
    return trees.treeReduce(this.#call('treeReduce'), f, depth)
  }

  /** `aggregate` in `depth` levels (default 2). */
  async treeAggregate<U extends v.Defined>(
    zeroValue: U,
    seqOp: (accumulated: U, element: T) => U,
    combOp: (a: U, b: U) => U,
    depth?: number | o.TreeOptions,
  ): Promise<U> {
    return trees.treeAggregate(this.#call('treeAggregate'), zeroValue, { seqOp, combOp }, depth)
  }

  /** Calls `f` with each element, in the tasks. */
  async foreach(f: (element: T) => void, options?: o.ActionOptions): Promise<void> {
    return actions.foreach(this.#call('foreach'), f, options)
  }

  /** Calls `f` with each partition, in the tasks. */
  async foreachPartition(
    f: (partition: Records<T>) => void,
    options?: o.ActionOptions,
  ): Promise<void> {
    return actions.foreachPartition(this.#call('foreachPartition'), f, options)
  }

  /** `foreach` with a function that waits; calls overlap. */
  async foreachAsync(
    f: v.AsyncFunction<T, unknown>,
    options?: o.AsyncOptions & o.ActionOptions,
  ): Promise<void> {
    return waiting.foreachAsync(this.#call('foreachAsync'), f, options)
  }

  /** How often each element is there. */
  async countByValue(options?: o.ActionOptions): Promise<KeyedMap<T, number>> {
    return actions.countBy<T>(this.#call('countByValue'), false, options)
  }

  /** The pairs as a Map; of equal keys the last counts. @throws RESULT_TOO_LARGE */
  async collectAsMap<K, V>(
    this: PairRDD<K, V>,
    options?: o.ActionOptions,
  ): Promise<KeyedMap<K, V>> {
    return actions.collectAsMap(this.#call('collectAsMap'), options)
  }

  /** How many values each key has. */
  async countByKey<K, V>(
    this: PairRDD<K, V>,
    options?: o.ActionOptions,
  ): Promise<KeyedMap<K, number>> {
    return actions.countBy<K>(this.#call('countByKey'), true, options)
  }

  /** `reduceByKey` to the driver, without a shuffle. */
  async reduceByKeyLocally<K, V>(
    this: PairRDD<K, V>,
    f: (a: V, b: V) => V,
    options?: o.ActionOptions,
  ): Promise<KeyedMap<K, V>> {
    return pairActions.reduceByKeyLocally(this.#call('reduceByKeyLocally'), f, options)
  }

  /** The values of a key; computes one partition where the partitioner is known. */
  async lookup<K, V>(
    this: PairRDD<K, V>,
    key: NoInfer<K>,
    options?: o.ActionOptions,
  ): Promise<V[]> {
    return pairActions.lookup<K, V>(this.#call('lookup'), key, options)
  }

  // ─ Actions: numbers

  /** The sum; 0 of none. */
  async sum(this: RDD<number>, options?: o.ActionOptions): Promise<number> {
    return actions.sum(this.#call('sum'), options)
  }

  /** The mean; 0 of none. */
  async mean(this: RDD<number>, options?: o.ActionOptions): Promise<number> {
    return (await statistics.stats(this.#call('mean'), options)).mean
  }

  /** The variance of the population; NaN of none. */
  async variance(this: RDD<number>, options?: o.ActionOptions): Promise<number> {
    return (await statistics.stats(this.#call('variance'), options)).variance
  }

  /** The standard deviation of the population; NaN of none. */
  async stdev(this: RDD<number>, options?: o.ActionOptions): Promise<number> {
    return (await statistics.stats(this.#call('stdev'), options)).stdev
  }

  /** The variance as estimated from a sample: divided by count - 1. */
  async sampleVariance(this: RDD<number>, options?: o.ActionOptions): Promise<number> {
    return (await statistics.stats(this.#call('sampleVariance'), options)).sampleVariance
  }

  /** The standard deviation as estimated from a sample. */
  async sampleStdev(this: RDD<number>, options?: o.ActionOptions): Promise<number> {
    return (await statistics.stats(this.#call('sampleStdev'), options)).sampleStdev
  }

  /** Scala's other name of `variance`. */
  async popVariance(this: RDD<number>, options?: o.ActionOptions): Promise<number> {
    return (await statistics.stats(this.#call('popVariance'), options)).variance
  }

  /** Scala's other name of `stdev`. */
  async popStdev(this: RDD<number>, options?: o.ActionOptions): Promise<number> {
    return (await statistics.stats(this.#call('popStdev'), options)).stdev
  }

  /** Count, mean, variance, minimum and maximum in one pass. */
  async stats(this: RDD<number>, options?: o.ActionOptions): Promise<StatCounter> {
    return statistics.stats(this.#call('stats'), options)
  }

  /** Counts in buckets, given by sorted bounds or as a number of equal ones (of text: 1). The last is closed; null and NaN count nowhere. */
  async histogram<B extends number | bigint | string | Date>(
    this: RDD<B | null | undefined>,
    buckets: number | readonly NoInfer<B>[],
    options?: o.ActionOptions,
  ): Promise<[buckets: B[], counts: number[]]> {
    return statistics.histogram<B>(this.#call('histogram'), buckets, options)
  }

  // ─ Actions: what is known after `timeoutMs`, with a confidence of 0.95 by default

  /**
   * About how many elements: from the partitions that are counted after `timeoutMs`, taken for a sample of all. The job goes on.
   *
   * @param confidence how surely the bounds hold, above 0 and up to 1; default 0.95
   * @example
   * const soon = await rdd.countApprox(500)
   * console.log(soon.low, soon.high, soon.isInitialValueFinal)
   * const { mean } = await soon.getFinalValue() // exact
   */
  async countApprox(timeoutMs: number, confidence?: o.Confidence): Promise<o.BoundedResult> {
    return approximate.countApprox(this.#call('countApprox'), timeoutMs, confidence)
  }

  /**
   * About how often each element is there; those that have not been met yet are missing.
   *
   * @example
   * const words = await text.flatMap(line => line.split(' ')).countByValueApprox(1000)
   * words.get('the')?.mean
   */
  async countByValueApprox(
    timeoutMs: number,
    confidence?: o.Confidence,
  ): Promise<o.PartialResult<KeyedMap<T, o.BoundedDouble>>> {
    const call = this.#call('countByValueApprox')
    return approximate.countByApprox<T>(call, false, timeoutMs, confidence)
  }

  /**
   * About how many values each key has; keys that have not been met yet are missing.
   *
   * @example
   * const perKey = await pairs.countByKeyApprox(1000, 0.9)
   */
  async countByKeyApprox<K, V>(
    this: PairRDD<K, V>,
    timeoutMs: number,
    confidence?: o.Confidence,
  ): Promise<o.PartialResult<KeyedMap<K, o.BoundedDouble>>> {
    const call = this.#call('countByKeyApprox')
    return approximate.countByApprox<K>(call, true, timeoutMs, confidence)
  }

  /**
   * About the sum. One value alone gives no bounds.
   *
   * @example
   * const { low, high } = await sizes.sumApprox(1000)
   */
  async sumApprox(
    this: RDD<number>,
    timeoutMs: number,
    confidence?: o.Confidence,
  ): Promise<o.BoundedResult> {
    return approximate.statsApprox(this.#call('sumApprox'), 'sum', timeoutMs, confidence)
  }

  /**
   * About the mean. One value alone gives no bounds.
   *
   * @example
   * const { mean } = await sizes.meanApprox(1000)
   */
  async meanApprox(
    this: RDD<number>,
    timeoutMs: number,
    confidence?: o.Confidence,
  ): Promise<o.BoundedResult> {
    return approximate.statsApprox(this.#call('meanApprox'), 'mean', timeoutMs, confidence)
  }

  /** How many different elements, within `relativeSD` (default 0.05, above 0.000017); all are read. */
  async countApproxDistinct(relativeSD = 0.05, options?: o.ActionOptions): Promise<number> {
    return statistics.countApproxDistinct(this.#call('countApproxDistinct'), relativeSD, options)
  }

  // ─ Actions: files. A folder of part-NNNNN, manifest and _SUCCESS, whole or not at all

  /** One line an element: `String(element)`. @throws OUTPUT_EXISTS, OUTPUT_REFUSED, DISK_FULL */
  async saveAsTextFile(path: string, codec?: o.Codec | o.SaveOptions): Promise<void> {
    return saving.saveAsTextFile(this.#call('saveAsTextFile'), path, codec)
  }

  /** One JSON value a line. @throws OUTPUT_EXISTS, OUTPUT_REFUSED, DISK_FULL, VALUE_NOT_ENCODABLE */
  async saveAsJsonLines(path: string, codec?: o.Codec | o.SaveOptions): Promise<void> {
    return saving.saveAsJsonLines(this.#call('saveAsJsonLines'), path, codec)
  }

  /** One row an element: an object by column names, an array by position. @throws OUTPUT_EXISTS, OUTPUT_REFUSED, DISK_FULL */
  async saveAsCsv(
    this: RDD<object>,
    path: string,
    codec?: o.Codec | o.CsvSaveOptions,
  ): Promise<void> {
    return saving.saveAsCsv(this.#call('saveAsCsv'), path, codec)
  }

  /**
   * One row an element, in columns: of the types of `schema`, else of those that the first rows show (numbers are doubles).
   *
   * @throws OUTPUT_EXISTS, OUTPUT_REFUSED, DISK_FULL, MODULE_MISSING, VALUE_NOT_ENCODABLE for a value of another type
   * @example
   * await sc.parallelize([{ id: 1, city: 'Oslo' }]).saveAsParquet('cities', { schema: { id: 'int', city: 'string' } })
   */
  async saveAsParquet(
    this: RDD<object>,
    path: string,
    codec?: o.Codec | o.ParquetSaveOptions,
  ): Promise<void> {
    const call = this.#call('saveAsParquet')
    const { saveAsParquet } = await import('./operations/parquet.ts')
    return saveAsParquet(call, path, codec)
  }

  /** Any values that can travel, for `sc.objectFile`. @throws OUTPUT_EXISTS, OUTPUT_REFUSED, DISK_FULL */
  async saveAsObjectFile(path: string, codec?: o.Codec | o.SaveOptions): Promise<void> {
    return saving.saveAsObjectFile(this.#call('saveAsObjectFile'), path, codec)
  }

  // ─ What all of them do

  /** This call, with the user's line. @throws CONTEXT_STOPPED */
  #op(method: string): Operation {
    const origin = internals.originOf(this.context)
    const op = new Operation(origin, 'rdd', method, userCallSite(this.#op))
    internals.assertRunning(this.context, op)
    return op
  }

  get #checkpoint() {
    return internals.jobsOf(this.context).checkpoints.of(this.lineage)
  }

  #call(method: string): actions.Call<T> {
    const op = this.#op(method)
    return { op, jobs: internals.jobsOf(this.context), lineage: this.lineage }
  }

  #make<U>(lineage: Lineage<U>): RDD<U> {
    return new RDD(this.context, lineage)
  }

  async #prepared(method: string): Promise<Lineage<T>> {
    const { op, jobs, lineage } = this.#call(method)
    await jobs.prepare(lineage, op, {})
    return lineage
  }

  /** The lineage of another RDD of the same context. */
  #other<U>(op: Operation, other: RDD<U>): Lineage<U> {
    if (!(other instanceof RDD)) throw invalidArgument(op, 'other', other, 'an RDD')
    if (other.context !== this.context) throw otherContext(op)
    return other.lineage
  }

  #join<K>(
    method: string,
    other: PairRDD<K, unknown>,
    kind: 'inner' | 'left' | 'right' | 'full',
    partitioning: o.Partitioning<K> | undefined,
  ): PairRDD<K, [unknown, unknown]> {
    const op = this.#op(method)
    const left = this.lineage as Lineage<unknown> as Lineage<Pair<K, unknown>>
    return this.#make(pairs.join(op, left, this.#other(op, other), kind, partitioning))
  }

  #cogroup(method: string, given: readonly unknown[]): RDD<unknown> {
    const op = this.#op(method)
    const [first] = given
    const isList = Array.isArray(first)
    const others: readonly unknown[] = isList ? first : given.filter(one => one instanceof RDD)
    const partitioning = given.find((one, index) => index > 0 && !(one instanceof RDD))
    const parents = others.map(other => this.#other(op, other as RDD<Pair<unknown, unknown>>))
    const own = this.lineage as Lineage<unknown> as Lineage<Pair<unknown, unknown>>
    const numPartitions = partitioning as o.Partitioning<unknown> | undefined
    return this.#make(pairs.cogroup(op, [own, ...parents], numPartitions))
  }
}
