import type { MapStatus } from '#publib/blocks'
import type { StageDescription } from '#publib/task'
import type { BroadcastId, ShuffleId, StageId } from '#publib/util'
import { broadcastOutOfBounds } from './errors.ts'
import type { ExecutorLink } from './executor-link.ts'

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

  putStage(stage: StageDescription, bytes: Uint8Array): void {
    this.#stages.set(stage.stageId, { stage, bytes: shared(bytes) })
  }

  putMapOutputs(shuffleId: ShuffleId, epoch: number, statuses: readonly MapStatus[]): void {
    const known = this.#outputs.get(shuffleId)
    if (known === undefined || epoch > known.epoch)
      this.#outputs.set(shuffleId, { epoch, statuses })
  }

  /** One chunk. @throws INTERNAL where it lies outside */
  putBroadcast(id: BroadcastId, offset: number, size: number, chunk: Uint8Array): void {
    if (size > BROADCAST_BYTES_MAX || offset + chunk.length > size) {
      throw broadcastOutOfBounds(id, offset, chunk.length, size)
    }
    const held = this.#broadcasts.get(id) ?? {
      ...{ bytes: new Uint8Array(new SharedArrayBuffer(size)), seen: new Set(), seenBytes: 0 },
    }
    this.#broadcasts.set(id, held)
    if (held.bytes.length !== size) throw broadcastOutOfBounds(id, offset, chunk.length, size)
    if (held.seen.has(offset)) return
    held.seen.add(offset)
    held.seenBytes += chunk.length
    held.bytes.set(chunk, offset)
  }

  dropStages(stageIds: readonly StageId[], links: Iterable<ExecutorLink>): void {
    for (const stageId of stageIds) this.#stages.delete(stageId)
    for (const link of links) {
      for (const stageId of stageIds) this.#toldOf(link).stages.delete(stageId)
      link.post({ type: 'dropStages', stageIds })
    }
  }

  dropShuffles(shuffleIds: readonly ShuffleId[], links: Iterable<ExecutorLink>): void {
    for (const shuffleId of shuffleIds) this.#outputs.delete(shuffleId)
    for (const link of links) {
      for (const shuffleId of shuffleIds) this.#toldOf(link).epochs.delete(shuffleId)
      link.post({ type: 'dropShuffles', shuffleIds })
    }
  }

  dropBroadcast(broadcastId: BroadcastId, links: Iterable<ExecutorLink>): void {
    this.#broadcasts.delete(broadcastId)
    for (const link of links) {
      this.#toldOf(link).broadcasts.delete(broadcastId)
      link.post({ type: 'dropBroadcast', broadcastId })
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

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length))
  copy.set(bytes)
  return copy
}
