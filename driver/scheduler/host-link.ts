import type { MapStatus } from '#publib/blocks'
import type { DriverToExecutor, LaunchedTask } from '#publib/protocol'
import type { StageDescription, TaskDescription } from '#publib/task'
import type { BroadcastId, ExecutorId, RddId, ShuffleId, StageId, TaskId } from '#publib/util'
import type { ExecutorHostHandle } from '../backend/backend.ts'

/** Tasks that travel in one message. */
const BATCH_MAX = 256
/** Broadcasts travel in pieces of this size. */
const CHUNK_BYTES = 1_048_576
/** What may lie unsent on a connection before the rest waits here; above the mark at which a socket tells that it has drained. */
const BUFFERED_BYTES_MAX = 8 * 1_048_576

/** A stage as hosts are sent it. */
export interface SentStage {
  readonly description: StageDescription
  readonly bytes: Uint8Array
  readonly broadcastIds: readonly BroadcastId[]
}

/** One task as it is sent: what it is, where it runs, and what the driver gives it. */
export interface SentTask {
  readonly task: TaskDescription
  readonly executorId: ExecutorId
  readonly stage: SentStage
  readonly sources: readonly SourcePart[]
}

/** What one source of a stage gives to one task. */
export interface SourcePart {
  readonly rddId: RddId
  readonly partition: number
  readonly fields: unknown
  readonly bytes?: Uint8Array | undefined
}

/** A file that the program gives its executors. */
export interface AddedFile {
  /** Relative, below the folder of added files. */
  readonly name: string
  /** Of the driver's copy. */
  readonly path: string
  readonly size: number
  readonly isExecutable: boolean
}

/** Where a link gets what tasks need. */
export interface LinkSupply {
  /** The version of a shuffle's outputs; undefined while some are missing: tasks must not take a part for the whole. */
  completeEpoch(shuffleId: ShuffleId): number | undefined
  mapStatuses(shuffleId: ShuffleId): readonly MapStatus[]
  broadcastBytes(id: BroadcastId): Uint8Array
  /** All that were added, in their order. */
  readonly addedFiles: readonly AddedFile[]
  /** A piece of one, never empty but for an empty file. */
  readChunk(file: AddedFile, offset: number): Uint8Array
}

interface Outgoing {
  readonly message: DriverToExecutor
  readonly payloads: readonly Uint8Array[] | (() => readonly Uint8Array[])
}

/**
 * One executor host as the scheduler's shell speaks to it: stages, map statuses and broadcasts once and before the tasks
 * that need them, the tasks of a turn in few messages, no more on the wire than it takes.
 */
export class HostLink {
  readonly handle: ExecutorHostHandle
  readonly executorIds = new Set<ExecutorId>()
  readonly #supply: LinkSupply
  readonly #stages = new Set<StageId>()
  readonly #epochs = new Map<ShuffleId, number>()
  readonly #broadcasts = new Set<BroadcastId>()
  /** Sent and not ended: sent again when the host comes back on another connection. */
  readonly #running = new Map<TaskId, SentTask>()
  readonly #confirming = new Map<number, () => void>()
  #lastRequestId = 0
  #batch: SentTask[] = []
  #outbox: Outgoing[] = []
  /** So many of the added files were sent. */
  #filesSent = 0

  constructor(handle: ExecutorHostHandle, supply: LinkSupply) {
    this.handle = handle
    this.#supply = supply
    handle.connection.onDrain = () => this.#pump()
  }

  get running(): readonly SentTask[] {
    return [...this.#running.values()]
  }

  /** @throws BROADCAST_DESTROYED where the stage names one that is gone */
  launch(sent: SentTask): void {
    this.#prepare(sent.stage)
    this.#running.set(sent.task.taskId, sent)
    this.#batch.push(sent)
  }

  kill({
    taskIds,
    reason,
    isGentle,
  }: Omit<DriverToExecutor & { type: 'killTasks' }, 'type'>): void {
    this.flush()
    const gently = isGentle === true ? { isGentle } : {}
    this.#send({ type: 'killTasks', taskIds, reason, ...gently })
  }

  ended(taskId: TaskId): void {
    this.#running.delete(taskId)
  }

  dropStages(stageIds: readonly StageId[]): void {
    const known = stageIds.filter(id => this.#stages.delete(id))
    if (known.length > 0) this.#send({ type: 'dropStages', stageIds: known })
  }

  dropShuffles(shuffleIds: readonly ShuffleId[]): void {
    for (const id of shuffleIds) this.#epochs.delete(id)
    this.#send({ type: 'dropShuffles', shuffleIds })
  }

  dropBroadcast(broadcastId: BroadcastId): void {
    if (this.#broadcasts.delete(broadcastId)) this.#send({ type: 'dropBroadcast', broadcastId })
  }

  unpersist(rddId: RddId): void {
    this.#send({ type: 'unpersist', rddId })
  }

  /** Calls when the host has deleted what it was told to delete before, or is gone. */
  confirm(call: () => void): void {
    const requestId = this.#lastRequestId++
    this.#confirming.set(requestId, call)
    this.#send({ type: 'confirm', requestId })
  }

  confirmed(requestId: number): void {
    this.#confirming.get(requestId)?.()
    this.#confirming.delete(requestId)
  }

  /** Nothing will be heard of it any more. */
  close(): void {
    for (const call of this.#confirming.values()) call()
    this.#confirming.clear()
  }

  /** The turn is over: what was launched in it goes out. */
  flush(): void {
    if (this.#batch.length === 0) return
    for (let at = 0; at < this.#batch.length; at += BATCH_MAX) {
      this.#sendTasks(this.#batch.slice(at, at + BATCH_MAX))
    }
    this.#batch = []
  }

  #prepare({ description, bytes, broadcastIds }: SentStage): void {
    while (this.#filesSent < this.#supply.addedFiles.length) {
      this.#sendFile(this.#supply.addedFiles[this.#filesSent++] as AddedFile)
    }
    for (const id of broadcastIds) this.#sendBroadcast(id)
    if (!this.#stages.has(description.stageId)) {
      this.#stages.add(description.stageId)
      this.#send({ type: 'stage', stage: description }, [bytes])
    }
    for (const shuffleId of description.reads) {
      const epoch = this.#supply.completeEpoch(shuffleId)
      if (epoch === undefined || this.#epochs.get(shuffleId) === epoch) continue
      this.#epochs.set(shuffleId, epoch)
      const statuses = this.#supply.mapStatuses(shuffleId)
      this.#send({ type: 'mapOutputs', shuffleId, epoch, statuses })
    }
  }

  #sendBroadcast(broadcastId: BroadcastId): void {
    if (this.#broadcasts.has(broadcastId)) return
    const bytes = this.#supply.broadcastBytes(broadcastId)
    this.#broadcasts.add(broadcastId)
    const size = bytes.length
    let offset = 0
    do {
      const chunk = bytes.subarray(offset, offset + CHUNK_BYTES)
      this.#send({ type: 'broadcast', broadcastId, offset, size }, [chunk])
      offset += CHUNK_BYTES
    } while (offset < size)
  }

  /** Its pieces are read when they go out: a file may be larger than memory. */
  #sendFile(file: AddedFile): void {
    const { name, size, isExecutable } = file
    let offset = 0
    do {
      const message = { type: 'file', name, offset, size, isExecutable } as const
      const from = offset
      this.#outbox.push({ message, payloads: () => [this.#supply.readChunk(file, from)] })
      offset += CHUNK_BYTES
    } while (offset < size)
    this.#pump()
  }

  #sendTasks(batch: readonly SentTask[]): void {
    const payloads: Uint8Array[] = []
    const tasks = batch.map(({ task, executorId, sources }): LaunchedTask => {
      const parts = sources.map(({ rddId, partition, fields, bytes }) => {
        const part = { rddId, partition, fields }
        return bytes === undefined ? part : { ...part, payload: payloads.push(bytes) - 1 }
      })
      return { task, executorId, sources: parts }
    })
    this.#send({ type: 'launchTasks', tasks }, payloads)
  }

  #send(message: DriverToExecutor, payloads: readonly Uint8Array[] = []): void {
    this.#outbox.push({ message, payloads })
    this.#pump()
  }

  #pump(): void {
    const { connection } = this.handle
    let sentCount = 0
    for (const { message, payloads } of this.#outbox) {
      if (connection.isOpen && connection.bufferedBytes > BUFFERED_BYTES_MAX) break
      connection.send(message, typeof payloads === 'function' ? payloads() : payloads)
      sentCount++
    }
    if (sentCount > 0) this.#outbox = this.#outbox.slice(sentCount)
  }
}
