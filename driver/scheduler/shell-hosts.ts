import type { ExecutorToDriver } from '#publib/protocol'
import type { BroadcastId, ExecutorId, HostId, RddId, ShuffleId, StageId } from '#publib/util'
import type { ExecutorHostHandle } from '../backend/backend.ts'
import { HostLink, type LinkSupply } from './host-link.ts'

/** The hosts of the application, and the link to each. */
export class Hosts {
  readonly #links = new Map<HostId, HostLink>()
  readonly #supply: LinkSupply

  constructor(supply: LinkSupply) {
    this.#supply = supply
  }

  get(hostId: HostId): HostLink | undefined {
    return this.#links.get(hostId)
  }

  /** The host of an executor. */
  of(executorId: ExecutorId): HostLink | undefined {
    return this.all().find(link => link.executorIds.has(executorId))
  }

  all(): readonly HostLink[] {
    return [...this.#links.values()]
  }

  /** A host that comes back on another connection is sent again what it may not have got. */
  add(
    handle: ExecutorHostHandle,
    onMessage: (message: ExecutorToDriver, payloads: readonly Uint8Array[]) => void,
  ): void {
    const before = this.#links.get(handle.hostId)
    if (before?.handle.connection === handle.connection) return
    const link = new HostLink(handle, this.#supply)
    this.#links.set(handle.hostId, link)
    handle.connection.onMessage = onMessage
    for (const id of before?.executorIds ?? []) link.executorIds.add(id)
    for (const sent of before?.running ?? []) link.launch(sent)
    before?.close()
    link.flush()
  }

  remove(hostId: HostId): HostLink | undefined {
    const link = this.#links.get(hostId)
    this.#links.delete(hostId)
    if (link !== undefined) link.handle.connection.onMessage = undefined
    link?.close()
    return link
  }

  flush(): void {
    for (const link of this.#links.values()) link.flush()
  }

  dropStages(stageIds: readonly StageId[]): void {
    for (const link of this.#links.values()) link.dropStages(stageIds)
  }

  dropShuffles(shuffleIds: readonly ShuffleId[]): void {
    for (const link of this.#links.values()) link.dropShuffles(shuffleIds)
  }

  dropBroadcast(broadcastId: BroadcastId): void {
    for (const link of this.#links.values()) link.dropBroadcast(broadcastId)
  }

  /** Resolves when all hosts have deleted what they were told to delete before, or are gone. */
  async confirm(): Promise<void> {
    await Promise.all(this.all().map(link => new Promise<void>(resolve => link.confirm(resolve))))
  }

  /** Nothing will be heard of any of them. */
  close(): void {
    for (const link of this.#links.values()) link.close()
  }

  unpersist(rddId: RddId): void {
    for (const link of this.#links.values()) link.unpersist(rddId)
  }
}
