import type { MapStatus } from '#publib/blocks'
import type { Files } from '#publib/env'
import type { DriverToExecutor, ToExecutorThread } from '#publib/protocol'
import type { StageDescription } from '#publib/task'
import {
  assertNever,
  type BroadcastId,
  type ShuffleId,
  type StageId,
  sharedCopy,
} from '#publib/util'
import { broadcastOutOfBounds } from './errors.ts'
import type { ExecutorLink } from './executor-link.ts'
import { HostFiles } from './host-files.ts'
import { ShuffleFiles } from './shuffle-files.ts'
import { filesFolderBeside } from './spark-files.ts'

interface Broadcast {
  readonly bytes: Uint8Array
  /** Bytes that have come; chunks may come twice, but then they are the same. */
  readonly seen: Set<number>
  seenBytes: number
}

/** What one executor was told already. */
interface Told {
  readonly stages: Set<StageId>
  readonly broadcasts: Set<BroadcastId>
  readonly epochs: Map<ShuffleId, number>
}

type TableMessage = Extract<
  DriverToExecutor,
  {
    readonly type:
      | ('stage' | 'mapOutputs' | 'broadcast' | 'file')
      | ('dropStages' | 'dropShuffles' | 'dropBroadcast')
  }
>
type BroadcastPiece = Extract<DriverToExecutor, { readonly type: 'broadcast' }>

const NOTHING: Uint8Array = new Uint8Array(0)
/** Smaller stages are copied to each executor. */
const SHARED_BYTES_MIN = 64 * 1024
/** The largest broadcast that a host takes in. */
const BROADCAST_BYTES_MAX = 2 ** 31

/**
 * What tasks of this host need beside themselves: stages, map outputs, broadcasts. Each is held once, in shared memory, and
 * told to an executor before its first task that may need it.
 */
export class HostTables {
  readonly #stages = new Map<StageId, { stage: StageDescription; bytes: Uint8Array }>()
  readonly #outputs = new Map<ShuffleId, { epoch: number; statuses: readonly MapStatus[] }>()
  readonly #broadcasts = new Map<BroadcastId, Broadcast>()
  readonly #told = new WeakMap<ExecutorLink, Told>()
  readonly #shuffleFiles: ShuffleFiles
  readonly #addedFiles: HostFiles

  constructor(files: Files, shuffleFolder: string) {
    this.#shuffleFiles = new ShuffleFiles(files, shuffleFolder)
    this.#addedFiles = new HostFiles(files.sync, filesFolderBeside(shuffleFolder))
  }

  /** Resolves when no file is being deleted. */
  settled(): Promise<void> {
    this.#addedFiles.close()
    return this.#shuffleFiles.settled()
  }

  /** Takes in what the driver sent, and lets executors forget what it drops. @throws INTERNAL for a broadcast's piece that lies outside */
  take(message: TableMessage, payload = NOTHING, links: readonly ExecutorLink[]): void {
    switch (message.type) {
      case 'stage':
        this.#stages.set(message.stage.stageId, {
          stage: message.stage,
          // Sharing memory is dear: it pays where there is some.
          bytes: payload.length < SHARED_BYTES_MIN ? new Uint8Array(payload) : sharedCopy(payload),
        })
        break
      case 'mapOutputs': {
        const known = this.#outputs.get(message.shuffleId)
        if (known === undefined || message.epoch > known.epoch) {
          this.#outputs.set(message.shuffleId, message)
        }
        break
      }
      case 'broadcast':
        this.#putBroadcast(message, payload)
        break
      case 'file':
        this.#addedFiles.take(message, payload)
        break
      case 'dropStages':
        this.#forget(message.stageIds, this.#stages, told => told.stages, links, message)
        break
      case 'dropShuffles':
        this.#forget(message.shuffleIds, this.#outputs, told => told.epochs, links, message)
        this.#shuffleFiles.drop(message.shuffleIds)
        break
      case 'dropBroadcast':
        this.#forget(
          [message.broadcastId],
          this.#broadcasts,
          told => told.broadcasts,
          links,
          message,
        )
        break
      default:
        assertNever(message)
    }
  }

  #putBroadcast({ broadcastId, offset, size }: BroadcastPiece, chunk: Uint8Array): void {
    if (size > BROADCAST_BYTES_MAX || offset + chunk.length > size) {
      throw broadcastOutOfBounds(broadcastId, offset, chunk.length, size)
    }
    const held = this.#broadcasts.get(broadcastId) ?? {
      ...{ bytes: new Uint8Array(new SharedArrayBuffer(size)), seen: new Set(), seenBytes: 0 },
    }
    this.#broadcasts.set(broadcastId, held)
    if (held.bytes.length !== size) {
      throw broadcastOutOfBounds(broadcastId, offset, chunk.length, held.bytes.length)
    }
    if (held.seen.has(offset)) return
    held.seen.add(offset)
    held.seenBytes += chunk.length
    held.bytes.set(chunk, offset)
  }

  #forget<Id>(
    ids: readonly Id[],
    held: Map<Id, unknown>,
    toldOf: (told: Told) => { delete(id: Id): boolean },
    links: readonly ExecutorLink[],
    message: ToExecutorThread,
  ): void {
    for (const id of ids) held.delete(id)
    for (const link of links) {
      for (const id of ids) toldOf(this.#toldOf(link)).delete(id)
      link.post(message)
    }
  }

  /** Tells an executor what a task of the stage may need and it does not know yet. */
  tell(stageId: StageId, link: ExecutorLink): void {
    const told = this.#toldOf(link)
    for (const [broadcastId, { bytes, seenBytes }] of this.#broadcasts) {
      if (told.broadcasts.has(broadcastId) || seenBytes < bytes.length) continue
      told.broadcasts.add(broadcastId)
      link.post({ type: 'broadcast', broadcastId, bytes })
    }
    const held = this.#stages.get(stageId)
    if (held === undefined) return
    for (const shuffleId of held.stage.reads) this.#tellOutputs(shuffleId, told, link)
    if (told.stages.has(stageId)) return
    told.stages.add(stageId)
    link.post({ type: 'stage', ...held })
  }

  #tellOutputs(shuffleId: ShuffleId, { epochs }: Told, link: ExecutorLink): void {
    const held = this.#outputs.get(shuffleId)
    if (held === undefined || epochs.get(shuffleId) === held.epoch) return
    epochs.set(shuffleId, held.epoch)
    link.post({ type: 'mapOutputs', shuffleId, statuses: held.statuses })
  }

  #toldOf(link: ExecutorLink): Told {
    const known = this.#told.get(link)
    if (known !== undefined) return known
    const told: Told = { stages: new Set(), broadcasts: new Set(), epochs: new Map() }
    this.#told.set(link, told)
    return told
  }
}
