import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { MapStatus } from '#publib/blocks'
import {
  type Batch,
  type Column,
  detectColumn,
  TooDeepForColumns,
  valuesOf,
} from '#publib/columnar'
import { realSyncFiles } from '#publib/env'
import { MemoryBudget } from '#publib/memory'
import {
  type Accumulators,
  type Aggregator,
  type ColumnTaker,
  type FetchedPart,
  GROUP_VALUES,
  type MapOutput,
  readShuffle,
  readShuffleColumns,
  type ShuffleEnvironment,
  type ShuffleSpec,
  valueAccumulators,
  writeMapOutput,
  writeMapOutputColumns,
} from '#publib/shuffle'
import { emptyMetrics } from '#publib/task'
import { taskId, type WorkerId, workerId } from '#publib/util'

export interface Bench {
  readonly folder: string
  /** An environment of one task. `dataBytes` is what it may keep in memory. */
  task(
    id: number,
    options?: Partial<ShuffleEnvironment> & { dataBytes?: number },
  ): ShuffleEnvironment
  /** Names of all files that there are. */
  files(): string[]
  /** Ends tasks: what stands in files until then goes. */
  endTasks(): void
  remove(): void
}

/** A folder in which tasks of a test shuffle and spill. */
export function makeBench(): Bench {
  const folder = mkdtempSync(`${tmpdir()}/simspark-shuffle-`)
  const ends: (() => void)[] = []
  return {
    folder,
    task: (id, { dataBytes = 1 << 26, ...options } = {}) => ({
      files: realSyncFiles,
      shuffleFolder: folder,
      spillFolder: folder,
      taskId: taskId(id),
      memory: new MemoryBudget({ limitBytes: dataBytes, fraction: 1, heapFullness: () => 0 }),
      metrics: emptyMetrics(),
      localWorkerId: workerId('w1'),
      atTaskEnd: end => ends.push(end),
      fetch: () => [],
      checkCancelled: () => {},
      ...options,
    }),
    files: () => readdirSync(folder).sort(),
    endTasks: () => {
      for (const end of ends.splice(0)) end()
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Records in batches of `size`. */
export function* batched<T>(records: readonly T[], size = 100): Generator<Batch<T>> {
  for (let start = 0; start < records.length; start += size)
    yield records.slice(start, start + size)
}

export function statusOf(
  output: MapOutput,
  task: ShuffleEnvironment,
  worker: WorkerId = workerId('w1'),
): MapStatus {
  return { ...output, taskId: task.taskId, location: { workerId: worker, host: 'h', port: 1 } }
}

/** Runs one map task for each input and gives the map statuses. */
export function mapTasks<K, V, C>(
  bench: Bench,
  spec: ShuffleSpec<K, V, C>,
  inputs: readonly (readonly (readonly [K, V])[])[],
  options: { dataBytes?: number; batch?: number; firstTask?: number } = {},
): MapStatus[] {
  return inputs.map((records, map) => {
    const task = bench.task((options.firstTask ?? 0) + map, options)
    return statusOf(writeMapOutput([batched(records, options.batch)], spec, map, task), task)
  })
}

/** What each reduce partition reads. */
export function reduceTasks<K, V, C>(
  bench: Bench,
  spec: ShuffleSpec<K, V, C>,
  statuses: readonly MapStatus[],
  options: Partial<ShuffleEnvironment> & { dataBytes?: number } = {},
): [K, C][][] {
  return Array.from({ length: spec.partitioner.numPartitions }, (_, start) => {
    const task = bench.task(1000 + start, options)
    return [...readShuffle(spec, { start, end: start + 1 }, statuses, task)].flat()
  })
}

/** `mapTasks` by columns: each input is batches of pairs, and each becomes a column of keys and one of values. */
export function mapColumns<K, V, C>(
  bench: Bench,
  spec: ShuffleSpec<K, V, C>,
  inputs: readonly (readonly (readonly (readonly [K, V])[])[])[],
  options: { dataBytes?: number; firstTask?: number; push?: (taker: ColumnTaker) => void } = {},
): MapStatus[] {
  return inputs.map((batches, map) => {
    const task = bench.task((options.firstTask ?? 0) + map, options)
    const push = (taker: ColumnTaker): void => {
      for (const batch of batches) {
        const keys = columnOf(batch.map(([key]) => key))
        taker.take(keys, columnOf(batch.map(([, value]) => value)))
      }
    }
    const accumulators = accumulatorsOf(spec)
    return statusOf(
      writeMapOutputColumns(spec, accumulators, map, task, options.push ?? push),
      task,
    )
  })
}

/** `reduceTasks` by columns. */
export function reduceColumns<K, V, C>(
  bench: Bench,
  spec: ShuffleSpec<K, V, C>,
  statuses: readonly MapStatus[],
  options: Partial<ShuffleEnvironment> & { dataBytes?: number } = {},
): [K, C][][] {
  return Array.from({ length: spec.partitioner.numPartitions }, (_, start) => {
    const task = bench.task(1000 + start, options)
    const range = { start, end: start + 1 }
    const columns = readShuffleColumns(spec, accumulatorsOf(spec), range, statuses, task)
    return Array.from(columns, valuesOf).flat() as [K, C][]
  })
}

function accumulatorsOf<K, V, C>(spec: ShuffleSpec<K, V, C>): (() => Accumulators) | undefined {
  const { aggregator } = spec
  if (aggregator === undefined || aggregator === GROUP_VALUES) return undefined
  return () => valueAccumulators(aggregator as unknown as Aggregator<never, never, unknown>)
}

/** Values as a column, or as they are where none can hold them. */
export function columnOf(all: readonly unknown[]): Column {
  try {
    return detectColumn(all)
  } catch (error) {
    if (error instanceof TooDeepForColumns) return { kind: 'values', values: all }
    throw error
  }
}

/** Serves ranges from the bench's files in pieces, in the order that `arrange` gives them. */
export function serveRanges(
  bench: Bench,
  statuses: readonly MapStatus[],
  arrange: (parts: FetchedPart[]) => FetchedPart[],
  pieceBytes = 37,
): ShuffleEnvironment['fetch'] {
  return requests =>
    arrange(
      requests.flatMap((range, index) => {
        const status = statuses.find(one => one.taskId === range.taskId)!
        const before = status.sizes.slice(0, range.start).reduce((a, b) => a + b, 0)
        const name = `shuffle_${range.shuffleId}_${range.mapPartition}_${range.taskId}.data`
        const all = realSyncFiles.readFile(`${bench.folder}/${name}`)
        const bytes = all.subarray(before, before + range.size)
        const parts: FetchedPart[] = []
        for (let at = 0; at < bytes.length; at += pieceBytes) {
          const piece = bytes.subarray(at, at + pieceBytes)
          parts.push({ index, bytes: piece, isLast: at + pieceBytes >= bytes.length })
        }
        return parts
      }),
    )
}
