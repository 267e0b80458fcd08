import { StorageLevel } from '#publib/blocks'
import {
  abortOutput,
  absolutePath,
  beginOutput,
  commitOutput,
  type OutputJob,
  type WrittenPart,
} from '#publib/datasource'
import type { Files } from '#publib/env'
import {
  type Action,
  CheckpointFiles,
  Count,
  Forgotten,
  type Lineage,
  NO_COMBINING,
  Placed,
  placeByNumber,
  Remembered,
  SaveParts,
  Shuffled,
  standing,
} from '#publib/lineage'
import { checkpointDirNotSet } from './operations/errors.ts'
import type { Operation } from './operations/operation.ts'

/** Where an RDD's checkpoint is. */
interface Checkpoint {
  readonly kind: 'reliable' | 'local'
  /** Under way, so that two actions at once write it once. */
  writing?: Promise<void> | undefined
  isWritten: boolean
  /** Of a reliable one. */
  readonly folder: string
}

/** Runs one job over some partitions of a lineage; results in their order. */
export type RunJob = <T, R>(
  lineage: Lineage<T>,
  action: Action<T, R>,
  name: string,
  partitions?: readonly number[],
) => Promise<readonly R[]>

export interface CheckpointSurroundings {
  readonly applicationId: string
  readonly files: Files
  /** Told what is computed in the place of a lineage from now on. */
  onStandIn(lineage: Lineage<unknown>, standIn: Lineage<unknown>): void
  warn(text: string): void
}

/**
 * RDDs that are to be written once they have been computed, and to forget then what they were computed from. A reliable
 * checkpoint is a folder of files with checksums; a local one lies with the workers, like map output, so that every executor
 * can read it and it outlives those that wrote it.
 */
export class Checkpoints {
  /** As the user gave it, made absolute. */
  #folder: string | undefined
  readonly #around: CheckpointSurroundings
  /** By what every lineage of an RDD has in common, its checkpoint too. */
  readonly #known = new WeakMap<object, Checkpoint>()
  /** Marked and not written: as long as there is none, nobody looks for them. */
  #waitingCount = 0

  constructor(around: CheckpointSurroundings) {
    this.#around = around
  }

  /** @throws PATH_REFUSED */
  setFolder(path: string): void {
    this.#folder = absolutePath(path)
  }

  /** That of this application. */
  get folder(): string | undefined {
    return this.#folder && `${this.#folder}/${this.#around.applicationId}`
  }

  of(lineage: Lineage<unknown>): Readonly<Checkpoint> | undefined {
    return this.#known.get(lineage.about)
  }

  /** @throws CHECKPOINT_DIR_NOT_SET */
  markReliable(op: Operation, lineage: Lineage<unknown>): void {
    const { folder } = this
    if (folder === undefined) throw checkpointDirNotSet(op)
    if (this.of(lineage) !== undefined) return
    const own = `${folder}/rdd-${lineage.id}`
    this.#mark(lineage, { kind: 'reliable', isWritten: false, folder: own })
  }

  /** It is kept until it is written, so that it is not computed twice; in memory, where nothing else is said. */
  markLocal(lineage: Lineage<unknown>): void {
    const before = this.of(lineage)
    if (before?.kind === 'local' || before?.isWritten) return
    if (before !== undefined) {
      this.#waitingCount -= 1
      this.#around.warn(
        `RDD ${lineage.id} was to be checkpointed reliably, and now is so locally: its files would not survive a worker`,
      )
    }
    lineage.about.storageLevel = withDisk(lineage.storageLevel)
    lineage.about.isCached = true
    this.#mark(lineage, { kind: 'local', isWritten: false, folder: '' })
  }

  /** Writes what has just been computed and waits for it. */
  async afterJob(top: Lineage<unknown>, op: Operation, runJob: RunJob): Promise<void> {
    if (this.#waitingCount === 0) return
    for (const lineage of this.#waitingIn(top)) {
      const checkpoint = this.#known.get(lineage.about)!
      checkpoint.writing ??= this.#write(lineage, checkpoint, op, runJob)
      try {
        await checkpoint.writing
      } finally {
        checkpoint.writing = undefined
      }
    }
  }

  #mark(lineage: Lineage<unknown>, checkpoint: Checkpoint): void {
    this.#known.set(lineage.about, checkpoint)
    this.#waitingCount += 1
  }

  /** Not what a marked one is computed from: once it is written, nobody asks for that. */
  #waitingIn(top: Lineage<unknown>): readonly Lineage<unknown>[] {
    const found: Lineage<unknown>[] = []
    const seen = new Set([standing(top)])
    for (const lineage of seen) {
      if (this.of(lineage)?.isWritten === false) found.push(lineage)
      else for (const parent of lineage.parents) seen.add(standing(parent))
    }
    return found
  }

  async #write(
    lineage: Lineage<unknown>,
    checkpoint: Checkpoint,
    op: Operation,
    runJob: RunJob,
  ): Promise<void> {
    const isLocal = checkpoint.kind === 'local'
    const standIn = isLocal
      ? await writeLocally(lineage, op, runJob)
      : await writeReliably(lineage, checkpoint.folder, this.#around, runJob)
    // A mark of another kind may have taken its place meanwhile.
    if (this.of(lineage) !== checkpoint) return
    lineage.standIn = standIn
    checkpoint.isWritten = true
    this.#waitingCount -= 1
    this.#around.onStandIn(lineage, standIn)
  }
}

const NAME = 'checkpoint'

async function writeReliably(
  lineage: Lineage<unknown>,
  folder: string,
  { files, applicationId }: CheckpointSurroundings,
  runJob: RunJob,
): Promise<Lineage<unknown>> {
  const jobId = `${applicationId}-checkpoint-${lineage.id}`
  const output: OutputJob = (await beginOutput(
    folder,
    { mode: 'overwrite', codec: 'none', jobId, format: { kind: 'objects' } },
    files,
  ))!
  try {
    const parts = await runJob<unknown, WrittenPart>(lineage, new SaveParts(output), NAME)
    await commitOutput(output, parts, lineage.numPartitions, files)
    const written = parts.map(({ name, bytes }) => ({ path: `${folder}/${name}`, bytes }))
    return new CheckpointFiles(lineage.about, written, lineage)
  } catch (error) {
    await abortOutput(output, files)
    throw error
  }
}

/** A shuffle that moves nothing: partition i is what map task i wrote. */
async function writeLocally(
  lineage: Lineage<unknown>,
  op: Operation,
  runJob: RunJob,
): Promise<Lineage<unknown>> {
  const { numPartitions, partitioner, about } = lineage
  const placing = { kind: 'given', placement: placeByNumber(numPartitions) } as const
  const options = { shuffleId: op.origin.nextShuffleId(), placing, combining: NO_COMBINING }
  const [placedAbout, shuffledAbout, readAbout] = [0, 1, 2].map(() => op.about('LocalCheckpoint'))
  const over = (parent: Lineage<unknown>): Lineage<readonly [number, unknown]> =>
    new Shuffled<number, unknown, unknown>(shuffledAbout!, new Placed(placedAbout!, parent), {
      ...options,
      mapSideCombine: false,
    })
  // One reader is enough: it waits for all that is written.
  const writer = new Remembered(readAbout!, over(lineage), partitioner)
  if (numPartitions > 0) await runJob(writer, new Count(), NAME, [0])
  return new Remembered(about, over(new Forgotten(about, numPartitions)), partitioner)
}

function withDisk(level: StorageLevel): StorageLevel {
  if (!level.isValid) return StorageLevel.MEMORY_AND_DISK
  const { useMemory, useOffHeap, deserialized, replication } = level
  return new StorageLevel(true, useMemory, useOffHeap, deserialized, replication)
}
