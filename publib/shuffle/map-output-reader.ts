import { type BlockRange, type MapStatus, mapOutputDataName } from '#publib/blocks'
import { type Column, rowsOf } from '#publib/columnar'
import { decodeColumn, MalformedBytes } from '#publib/serialization'
import { type ShuffleId, SimSparkError } from '#publib/util'
import { blockSalt } from './block-salt.ts'
import { BlockSplitter } from './block-splitter.ts'
import type { ShuffleEnvironment } from './environment.ts'
import { FetchFailedError } from './errors.ts'
import { FetchedRanges, RangeMissing } from './fetched-ranges.ts'

/** Reduce partitions from `start` up to `end`, without it. */
export interface PartitionRange {
  readonly start: number
  readonly end: number
}

/**
 * What map tasks have written for some reduce partitions: block by block, map partition by map partition. Columns have
 * memory of their own.
 *
 * @throws FetchFailedError
 */
export function* readMapOutputs(
  shuffleId: ShuffleId,
  { start, end }: PartitionRange,
  statuses: readonly MapStatus[],
  env: ShuffleEnvironment,
): Generator<Column> {
  const ranges = statuses
    .map(status => new StatusRange(shuffleId, status, start, end))
    .filter(({ range }) => range.size > 0)
    .sort((a, b) => a.range.mapPartition - b.range.mapPartition)
  const isLocal = ({ range }: StatusRange): boolean => range.location.workerId === env.localWorkerId
  const remote = ranges.filter(range => !isLocal(range))
  const fetched = new FetchedRanges(
    remote.map(({ range }) => range),
    env,
  )
  // One for all ranges: they are read one after the other, and columns have memory of their own.
  const room = new Uint8Array(roomFor(ranges.filter(isLocal)))
  try {
    let next = 0
    for (const range of ranges) {
      const local = isLocal(range)
      const pieces = local ? readLocal(range, room, env) : fetched.piecesOf(next++)
      const { shuffleRead } = env.metrics
      if (local) shuffleRead.localBytes += range.range.size
      else shuffleRead.remoteBytes += range.range.size
      for (const column of decodeRange(range, pieces)) {
        env.checkCancelled()
        shuffleRead.records += rowsOf(column)
        yield column
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

function* decodeRange(range: StatusRange, pieces: Iterable<Uint8Array>): Generator<Column> {
  const splitter = new BlockSplitter(range.range.size)
  for (const piece of guarded(pieces, range)) {
    for (const block of guarded(splitter.push(piece), range)) {
      const partition = range.partitionAt(splitter.position)
      yield decodeBlock(block, range, partition)
    }
  }
  if (!splitter.isComplete) {
    throw range.failure(
      `it ends after ${splitter.position} of ${range.range.size} bytes`,
      undefined,
    )
  }
}

function decodeBlock(block: Uint8Array, range: StatusRange, partition: number): Column {
  try {
    return decodeColumn(block, blockSalt(range.range, partition))
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

/** What is read of these at once. */
function roomFor(ranges: readonly StatusRange[]): number {
  return ranges.reduce((most, { range }) => Math.max(most, Math.min(READ_BYTES, range.size)), 0)
}

/** A range of this worker's own, read from its file into `room`. */
function* readLocal(
  { range, offset }: StatusRange,
  room: Uint8Array,
  env: ShuffleEnvironment,
): Generator<Uint8Array> {
  const file = env.files.open(`${env.shuffleFolder}/${mapOutputDataName(range)}`, 'r')
  try {
    for (let done = 0; done < range.size; ) {
      const wanted = room.subarray(0, Math.min(room.length, range.size - done))
      const count = file.read(wanted, offset + done)
      if (count === 0) return
      done += count
      yield wanted.subarray(0, count)
    }
  } finally {
    file.close()
  }
}
