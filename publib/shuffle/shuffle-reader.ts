import { type BlockRange, type MapStatus, mapOutputDataName } from '#publib/blocks'
import type { Batch } from '#publib/columnar'
import { decodeColumn, MalformedBytes } from '#publib/serialization'
import { SimSparkError } from '#publib/util'
import { GROUP_VALUES } from './aggregator.ts'
import { blockSalt } from './block-salt.ts'
import { BlockSplitter } from './block-splitter.ts'
import type { ShuffleEnvironment } from './environment.ts'
import { FetchFailedError } from './errors.ts'
import { aggregateExternally } from './external-aggregator.ts'
import { groupExternally } from './external-grouper.ts'
import { sortExternally } from './external-sorter.ts'
import { FetchedRanges, RangeMissing } from './fetched-ranges.ts'
import { asRecords, isPairBatch, type PairBatch, pairsOf } from './pair-batch.ts'
import type { ShuffleSpec } from './spec.ts'

/**
 * The records of the reduce partitions `start` up to `end`, combined, grouped and sorted as the spec says. They are read in
 * the order of map partitions, so equal partition counts give equal results on any number of executors. Aggregating and
 * sorting read everything before the first batch comes out.
 *
 * @throws FetchFailedError where a map output is gone or damaged
 */
export function readShuffle<K, V, C>(
  spec: ShuffleSpec<K, V, C>,
  reducePartitions: { readonly start: number; readonly end: number },
  statuses: readonly MapStatus[],
  env: ShuffleEnvironment,
): Iterable<Batch<[K, C]>> {
  const records = readRecords<K, V | C>(spec, reducePartitions, statuses, env)
  const combined = combine(records, spec, env)
  return spec.ordering === undefined ? combined : sortExternally(combined, spec.ordering, env)
}

function combine<K, V, C>(
  records: Iterable<Batch<[K, V | C]> | PairBatch<K, V | C>>,
  spec: ShuffleSpec<K, V, C>,
  env: ShuffleEnvironment,
): Iterable<Batch<[K, C]>> {
  const { aggregator, mapSideCombine } = spec
  if (aggregator === undefined) return asBatches(records) as Iterable<Batch<[K, C]>>
  if (aggregator === GROUP_VALUES) {
    return groupExternally(records, env) as Iterable<Batch<[K, unknown]>> as Iterable<Batch<[K, C]>>
  }
  return aggregateExternally(records, aggregator, mapSideCombine ? 'combiners' : 'values', env)
}

function* asBatches<K, R>(
  batches: Iterable<Batch<[K, R]> | PairBatch<K, R>>,
): Generator<Batch<[K, R]>> {
  for (const batch of batches) yield asRecords(batch)
}

/** The records as they were written, map partition by map partition. */
function* readRecords<K, R>(
  spec: Pick<ShuffleSpec<K, never, never>, 'shuffleId'>,
  { start, end }: { readonly start: number; readonly end: number },
  statuses: readonly MapStatus[],
  env: ShuffleEnvironment,
): Generator<Batch<[K, R]> | PairBatch<K, R>> {
  const ranges = statuses
    .map(status => new StatusRange(spec.shuffleId, status, start, end))
    .filter(({ range }) => range.size > 0)
    .sort((a, b) => a.range.mapPartition - b.range.mapPartition)
  const isLocal = ({ range }: StatusRange): boolean => range.location.workerId === env.localWorkerId
  const remote = ranges.filter(range => !isLocal(range))
  const fetched = new FetchedRanges(
    remote.map(({ range }) => range),
    env,
  )
  try {
    let next = 0
    for (const range of ranges) {
      const local = isLocal(range)
      const pieces = local ? readLocal(range, env) : fetched.piecesOf(next++)
      const { shuffleRead } = env.metrics
      if (local) shuffleRead.localBytes += range.range.size
      else shuffleRead.remoteBytes += range.range.size
      for (const batch of decodeRange<K, R>(range, pieces)) {
        env.checkCancelled()
        shuffleRead.records += isPairBatch(batch) ? batch.keys.length : batch.length
        yield batch
      }
    }
  } finally {
    fetched.close()
  }
}

/** What one map output holds for the reduce partitions that are read. */
class StatusRange {
  readonly range: BlockRange
  /** Where it begins in the data file. */
  readonly offset: number
  readonly #sizes: readonly number[]

  constructor(shuffleId: BlockRange['shuffleId'], status: MapStatus, start: number, end: number) {
    const { mapPartition, taskId, location, sizes } = status
    const sum = (from: number, to: number): number =>
      sizes.slice(from, to).reduce((total, size) => total + size, 0)
    this.offset = sum(0, start)
    this.#sizes = sizes
    this.range = { shuffleId, mapPartition, taskId, location, start, end, size: sum(start, end) }
  }

  /** The reduce partition of the byte at `position` of the range. */
  partitionAt(position: number): number {
    let { start: partition } = this.range
    let end = this.#sizes[partition]!
    while (position >= end && partition < this.range.end - 1) end += this.#sizes[++partition]!
    return partition
  }

  failure(why: string, cause: unknown): FetchFailedError {
    const { shuffleId, mapPartition, taskId, location } = this.range
    return new FetchFailedError(
      { shuffleId, mapPartition, mapTaskId: taskId, location },
      why,
      cause,
    )
  }
}

function* decodeRange<K, R>(
  range: StatusRange,
  pieces: Iterable<Uint8Array>,
): Generator<Batch<[K, R]> | PairBatch<K, R>> {
  const splitter = new BlockSplitter(range.range.size)
  for (const piece of guarded(pieces, range)) {
    for (const block of guarded(splitter.push(piece), range)) {
      const partition = range.partitionAt(splitter.position)
      yield decodeBlock(block, range, partition) as Batch<[K, R]> | PairBatch<K, R>
    }
  }
  if (!splitter.isComplete) {
    throw range.failure(
      `it ends after ${splitter.position} of ${range.range.size} bytes`,
      undefined,
    )
  }
}

function decodeBlock(
  block: Uint8Array,
  range: StatusRange,
  partition: number,
): Batch<unknown> | PairBatch<unknown, unknown> {
  try {
    return pairsOf(decodeColumn(block, blockSalt(range.range, partition)))
  } catch (error) {
    throw range.failure(messageOf(error), error)
  }
}

/** What goes wrong while bytes are had is a failed fetch; a cancelled task and a full disk are not. */
function* guarded<T>(items: Iterable<T>, range: StatusRange): Generator<T> {
  try {
    yield* items
  } catch (error) {
    if (error instanceof SimSparkError && error.code !== 'CORRUPT_BLOCK') throw error
    const isExpected =
      error instanceof SimSparkError ||
      error instanceof RangeMissing ||
      error instanceof MalformedBytes ||
      typeof (error as { readonly code?: unknown } | null)?.code === 'string'
    throw isExpected ? range.failure(messageOf(error), error) : error
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

const READ_BYTES = 1024 * 1024

/** A range of this worker's own, read from its file. */
function* readLocal(
  { range, offset }: StatusRange,
  env: ShuffleEnvironment,
): Generator<Uint8Array> {
  const file = env.files.open(`${env.shuffleFolder}/${mapOutputDataName(range)}`, 'r')
  try {
    const buffer = new Uint8Array(Math.min(READ_BYTES, range.size))
    for (let done = 0; done < range.size; ) {
      const wanted = buffer.subarray(0, Math.min(buffer.length, range.size - done))
      const count = file.read(wanted, offset + done)
      if (count === 0) return
      done += count
      yield wanted.subarray(0, count)
    }
  } finally {
    file.close()
  }
}
