import type { MapStatus } from '#publib/blocks'
import type { ToExecutorThread } from '#publib/protocol'
import { assertNever, type ShuffleId } from '#publib/util'
import { BroadcastTable } from './broadcast-table.ts'
import { CachedPartitions } from './cached-partitions.ts'
import { taskKilled } from './errors.ts'
import { LostClasses } from './lost-classes.ts'
import { runTask, type TaskEndedMessage } from './run-task.ts'
import { type FilesPlace, filesFolderBeside } from './spark-files.ts'
import { StageTable } from './stage-table.ts'
import type { Surroundings } from './surroundings.ts'
import type { TaskRun } from './task-attempt.ts'
import { endOfThrown } from './task-outcome.ts'

/**
 * One executor, wherever it runs: in a thread of its own, or in the driver's. Takes what its host posts, in order, and runs
 * one task at a time.
 */
export class Executor {
  readonly #surroundings: Surroundings
  readonly #stages: StageTable
  readonly #lostClasses = new LostClasses()
  readonly #cached: CachedPartitions
  readonly #broadcasts = new BroadcastTable()
  readonly #mapOutputs = new Map<ShuffleId, readonly MapStatus[]>()
  readonly #queue: TaskRun[] = []
  readonly #addedFiles: FilesPlace
  readonly #turn: () => Promise<void>
  #running: { readonly run: TaskRun; stray: { readonly error: unknown } | undefined } | undefined

  /** @param turn resolves after a turn of the event loop: promises that nobody awaited have been noticed then */
  constructor(surroundings: Surroundings, turn: () => Promise<void>) {
    this.#surroundings = surroundings
    this.#turn = turn
    const { files, shuffleFolder } = surroundings
    const isThere = (path: string): boolean => files.stat(path) !== undefined
    this.#addedFiles = { folder: filesFolderBeside(shuffleFolder), isThere }
    this.#stages = new StageTable(surroundings.liveStages)
    this.#cached = new CachedPartitions(surroundings, this.#lostClasses.note)
  }

  get runningTask(): TaskRun['task'] | undefined {
    return this.#running?.run.task
  }

  /** The task whose code may be what threw in this turn: not one that has not come to its code yet. */
  get suspectTask(): TaskRun['task'] | undefined {
    return this.#surroundings.control.progress.phase === 'preparing' ? undefined : this.runningTask
  }

  receive(message: ToExecutorThread): void {
    switch (message.type) {
      case 'runTask':
        this.#queue.push(message)
        if (this.#running === undefined) void this.#work().catch(error => this.#giveUp(error))
        break
      case 'stage':
        this.#stages.put(message.stage, message.bytes)
        break
      case 'dropStages':
        this.#stages.drop(message.stageIds)
        break
      case 'mapOutputs':
        this.#mapOutputs.set(message.shuffleId, message.statuses)
        break
      case 'dropShuffles':
        for (const shuffleId of message.shuffleIds) this.#mapOutputs.delete(shuffleId)
        break
      case 'broadcast':
        this.#broadcasts.put(message.broadcastId, message.bytes)
        break
      case 'dropBroadcast':
        this.#broadcasts.drop(message.broadcastId)
        break
      case 'cached':
        this.#cached.put(message, message.blocks)
        break
      case 'cachedOnDisk':
        this.#cached.putOnDisk(message, message)
        break
      case 'uncached':
        this.#cached.drop(message.rddId, message.partitions)
        break
      default:
        assertNever(message)
    }
  }

  /** A promise was rejected that nobody awaits: the running task fails with it. False: none runs. */
  noteStrayRejection(error: unknown): boolean {
    if (this.#running === undefined || this.suspectTask === undefined) return false
    this.#running.stray ??= { error }
    return true
  }

  async #work(): Promise<void> {
    const tables = {
      ...{ stages: this.#stages, cached: this.#cached },
      ...{ broadcasts: this.#broadcasts, mapOutputs: this.#mapOutputs },
      addedFiles: this.#addedFiles,
      lostClasses: this.#lostClasses,
    }
    for (let run = this.#queue.shift(); run !== undefined; run = this.#queue.shift()) {
      if (this.#surroundings.control.isKilled(run.slot)) {
        this.#surroundings.post(neverBegun(run))
        continue
      }
      this.#running = { run, stray: undefined }
      const ended = await runTask(run, tables, this.#surroundings, () => this.#settle())
      this.#running = undefined
      this.#surroundings.post(ended, buffersOf(ended))
    }
  }

  /** The executor itself failed, not the function of its task: nobody knows its state, so it must not go on. */
  #giveUp(error: unknown): never {
    this.#running = undefined
    throw error
  }

  async #settle(): Promise<void> {
    await this.#turn()
    const stray = this.#running?.stray
    if (stray !== undefined) throw stray.error
  }
}

/** It was to stop while it lay behind another. */
function neverBegun({ task: { taskId } }: TaskRun): TaskEndedMessage {
  const end = endOfThrown(taskKilled('it was cancelled'))
  return { type: 'taskEnded', taskId, end, metrics: undefined, accumulators: [], cacheReads: [] }
}

/** Buffers that belong to their bytes alone can change hands. Plain loops: user functions may have replaced Array's methods. */
function buffersOf({ result, accumulators }: TaskEndedMessage): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = []
  const add = (bytes: Uint8Array): void => {
    const { buffer } = bytes
    const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength
    if (isOwn) buffers[buffers.length] = buffer
  }
  if (result !== undefined) add(result)
  for (const { bytes } of accumulators) add(bytes)
  return buffers
}
