import type { ActionClass } from './action.ts'
import { unknownTag } from './errors.ts'
import type { OperatorClass } from './operator.ts'

type Loaders<C> = Readonly<Record<string, () => Promise<C>>>
interface Classes {
  readonly operator: OperatorClass
  readonly action: ActionClass
}

/** Every operator that may stand in a stage, and every action that a result stage may run, by its tag. A thread loads what its stages have. */
const loaders: { readonly [K in keyof Classes]: Loaders<Classes[K]> } = {
  operator: {
    aggregatedPartitions: async () =>
      (await import('./operators/aggregated-partitions.ts')).AggregatedPartitions,
    asKeys: async () => (await import('./operators/as-keys.ts')).AsKeys,
    binary: async () => (await import('./operators/binary-source.ts')).BinarySource,
    bundle: async () => (await import('./operators/bundle.ts')).Bundle,
    cartesian: async () => (await import('./operators/cartesian.ts')).Cartesian,
    checkpointFiles: async () => (await import('./operators/checkpoint-files.ts')).CheckpointFiles,
    coGrouped: async () => (await import('./operators/co-grouped.ts')).CoGrouped,
    coalesce: async () => (await import('./operators/coalesce.ts')).Coalesce,
    collectPartial: async () => (await import('./operators/collect-partial.ts')).CollectPartial,
    csv: async () => (await import('./operators/csv-source.ts')).CsvSource,
    csvProbe: async () => (await import('./operators/csv-probe.ts')).CsvProbe,
    empty: async () => (await import('./operators/empty.ts')).Empty,
    estimatedCounts: async () => (await import('./operators/estimated-counts.ts')).EstimatedCounts,
    filterByRange: async () => (await import('./operators/filter-by-range.ts')).FilterByRange,
    filterGroups: async () => (await import('./operators/filter-groups.ts')).FilterGroups,
    filter: async () => (await import('./operators/filter.ts')).FilterElements,
    flatMapValues: async () => (await import('./operators/flat-map-values.ts')).FlatMapValues,
    flatMap: async () => (await import('./operators/flat-map.ts')).FlatMapElements,
    forgotten: async () => (await import('./operators/forgotten.ts')).Forgotten,
    glom: async () => (await import('./operators/glom.ts')).Glom,
    joinGroups: async () => (await import('./operators/join-groups.ts')).JoinGroups,
    jsonLines: async () => (await import('./operators/json-lines-source.ts')).JsonLinesSource,
    keyBy: async () => (await import('./operators/key-by.ts')).KeyBy,
    keys: async () => (await import('./operators/keys.ts')).Keys,
    mapAsync: async () => (await import('./operators/map-async.ts')).MapAsync,
    mapPartitions: async () => (await import('./operators/map-partitions.ts')).MapPartitions,
    mapValues: async () => (await import('./operators/map-values.ts')).MapValues,
    map: async () => (await import('./operators/map.ts')).MapElements,
    numbered: async () => (await import('./operators/numbered.ts')).Numbered,
    parallelCollection: async () =>
      (await import('./operators/parallel-collection.ts')).ParallelCollection,
    placed: async () => (await import('./operators/placed.ts')).Placed,
    parquetFiles: async () => (await import('./operators/parquet-files.ts')).ParquetFiles,
    parquetRows: async () => (await import('./operators/parquet-rows.ts')).ParquetRows,
    range: async () => (await import('./operators/range.ts')).NumberRange,
    sampled: async () => (await import('./operators/sampled.ts')).Sampled,
    sampledByKey: async () => (await import('./operators/sampled-by-key.ts')).SampledByKey,
    shuffled: async () => (await import('./operators/shuffled.ts')).Shuffled,
    sampledByKeyExact: async () =>
      (await import('./operators/sampled-by-key-exact.ts')).SampledByKeyExact,
    sourceScan: async () => (await import('./operators/source-scan.ts')).SourceScan,
    spread: async () => (await import('./operators/spread.ts')).Spread,
    streamed: async () => (await import('./operators/streamed-collection.ts')).StreamedCollection,
    union: async () => (await import('./operators/union.ts')).Union,
    values: async () => (await import('./operators/values.ts')).Values,
    withEvaluator: async () => (await import('./operators/with-evaluator.ts')).WithEvaluator,
    zipPartitions: async () => (await import('./operators/zip-partitions.ts')).ZipPartitions,
    zipped: async () => (await import('./operators/zipped.ts')).Zipped,
  },
  action: {
    aggregate: async () => (await import('./actions/aggregate.ts')).Aggregate,
    collect: async () => (await import('./actions/collect.ts')).Collect,
    countApproxDistinct: async () =>
      (await import('./actions/count-approx-distinct.ts')).CountApproxDistinct,
    countOfKeys: async () => (await import('./actions/count-of-keys.ts')).CountOfKeys,
    countByValue: async () => (await import('./actions/count-by-value.ts')).CountByValue,
    count: async () => (await import('./actions/count.ts')).Count,
    extent: async () => (await import('./actions/extent.ts')).Extent,
    foreach: async () => (await import('./actions/foreach.ts')).Foreach,
    histogram: async () => (await import('./actions/histogram.ts')).Histogram,
    lookup: async () => (await import('./actions/lookup.ts')).Lookup,
    reduce: async () => (await import('./actions/reduce.ts')).Reduce,
    reduceByKeyLocally: async () =>
      (await import('./actions/reduce-by-key-locally.ts')).ReduceByKeyLocally,
    runFunction: async () => (await import('./actions/run-function.ts')).RunFunction,
    sampleKeys: async () => (await import('./actions/sample-keys.ts')).SampleKeys,
    saveParquet: async () => (await import('./actions/save-parquet.ts')).loadSaveParquet(),
    saveParts: async () => (await import('./actions/save-parts.ts')).SaveParts,
    stats: async () => (await import('./actions/stats.ts')).Stats,
    sum: async () => (await import('./actions/sum.ts')).Sum,
    takeOrdered: async () => (await import('./actions/take-ordered.ts')).TakeOrdered,
    take: async () => (await import('./actions/take.ts')).Take,
  },
}

const known: { readonly [K in keyof Classes]: Map<string, Classes[K]> } = {
  operator: new Map(),
  action: new Map(),
}

/** One that is loaded already. */
export function knowClass<K extends keyof Classes>(kind: K, loaded: Classes[K]): void {
  known[kind].set(loaded.tag, loaded)
}

/** Loads those of these tags that are not known yet. @throws VERSION_MISMATCH for a tag that nobody here knows */
export async function loadClasses<K extends keyof Classes>(
  kind: K,
  tags: Iterable<string>,
): Promise<void> {
  for (const tag of new Set(tags)) {
    if (known[kind].has(tag)) continue
    const load = Object.hasOwn(loaders[kind], tag) ? loaders[kind][tag] : undefined
    if (load === undefined) throw unknownTag(kind, tag)
    knowClass(kind, await load())
  }
}

/** Every tag, and what it is loaded by. */
export function loadersOf<K extends keyof Classes>(kind: K): Loaders<Classes[K]> {
  return loaders[kind]
}

/** @throws VERSION_MISMATCH for a tag that nobody here knows */
export function operatorClass(tag: string): OperatorClass {
  const found = known.operator.get(tag)
  if (found === undefined) throw unknownTag('operator', tag)
  return found
}

/** @throws VERSION_MISMATCH for a tag that nobody here knows */
export function actionClass(tag: string): ActionClass {
  const found = known.action.get(tag)
  if (found === undefined) throw unknownTag('action', tag)
  return found
}
