import { rddBlockName, StorageLevel } from '#publib/blocks'
import type { Clock } from '#publib/env'
import type { Logger } from '#publib/log'
import type { ExecutorToDriver, StalledTask } from '#publib/protocol'
import type { SparkListenerEvent } from '#publib/status'
import type { LossCause } from '#publib/task'
import type { ExecutorId, HostId, TaskId, WorkerId } from '#publib/util'
import { assertNever } from '#publib/util'
import type { BackendEvents, ExecutorHostHandle } from '../backend/backend.ts'
import { LostClassWarnings } from '../lost-classes.ts'
import type { SchedulerEvent } from './events.ts'
import type { HostLink } from './host-link.ts'
import type { Hosts } from './shell-hosts.ts'
import { withUserPlaces } from './shell-places.ts'
import type { BroughtResults } from './shell-results.ts'

/** What the intake shares with the scheduler that owns it. */
export interface IntakeSurroundings {
  readonly hosts: Hosts
  readonly brought: BroughtResults
  readonly clock: Clock
  readonly log: Logger
  post(event: SchedulerEvent): void
  report(event: SparkListenerEvent): void
  /** Whether the driver has room for a result of this size. */
  expectLarge(taskId: TaskId, bytes: number): boolean
  fatal(error: Error): void
}

/** Turns what the backend and the hosts tell into events of the machines. */
export class Intake implements BackendEvents {
  readonly #around: IntakeSurroundings
  readonly #lostClasses: LostClassWarnings

  constructor(around: IntakeSurroundings) {
    this.#around = around
    this.#lostClasses = new LostClassWarnings(around.log)
  }

  hostAdded(handle: ExecutorHostHandle, executorIds: readonly ExecutorId[]): void {
    const { hostId } = handle
    this.#around.hosts.add(handle, (message, payloads) => this.#receive(hostId, message, payloads))
    this.executorsAdded(hostId, executorIds)
  }

  executorsAdded(hostId: HostId, executorIds: readonly ExecutorId[]): void {
    const link = this.#around.hosts.get(hostId)
    const added = executorIds.filter(id => link !== undefined && !link.executorIds.has(id))
    if (link === undefined || added.length === 0) return
    const { workerId, host } = link.handle
    const time = this.#around.clock.wallTime()
    for (const executorId of added) {
      link.executorIds.add(executorId)
      const what = { executorId, host, cores: 1, profileId: 0, hostId, workerId }
      this.#around.report({ event: 'executorAdded', time, ...what })
    }
    this.#around.post({ type: 'executorsAdded', hostId, workerId, host, executorIds: added })
  }

  executorLost(executorId: ExecutorId, cause: LossCause): void {
    const link = this.#around.hosts.of(executorId)
    if (link === undefined) return
    link.executorIds.delete(executorId)
    this.#around.post({ type: 'executorLost', executorId, cause })
    this.#removed(executorId, cause.message)
  }

  hostLost(hostId: HostId, cause: LossCause): void {
    const link = this.#around.hosts.remove(hostId)
    if (link === undefined) return
    this.#around.post({ type: 'hostLost', hostId, cause })
    for (const executorId of link.executorIds) this.#removed(executorId, cause.message)
  }

  workerLost(workerId: WorkerId, reason: string): void {
    for (const { handle, executorIds } of this.#linksOf(workerId)) {
      this.#around.hosts.remove(handle.hostId)
      for (const executorId of executorIds) this.#removed(executorId, reason)
    }
    this.#around.post({ type: 'workerLost', workerId, reason })
  }

  workerSuspended(workerId: WorkerId, isSuspended: boolean): void {
    this.#around.post({ type: 'workerSuspended', workerId, isSuspended })
    const time = this.#around.clock.wallTime()
    for (const executorId of this.#linksOf(workerId).flatMap(link => [...link.executorIds])) {
      if (isSuspended) {
        this.#around.report({ event: 'executorExcluded', time, executorId, taskFailures: 0 })
      } else {
        this.#around.report({ event: 'executorUnexcluded', time, executorId })
      }
    }
  }

  notice(text: string): void {
    this.#around.log.info(text)
  }

  fatal(error: Error): void {
    this.#around.fatal(error)
  }

  #receive(hostId: HostId, message: ExecutorToDriver, payloads: readonly Uint8Array[]): void {
    switch (message.type) {
      case 'attached':
      case 'executorsAdded':
        this.executorsAdded(hostId, message.executorIds)
        break
      case 'taskStatuses':
        this.#takeStatuses(message, payloads)
        break
      case 'resultChunk':
        this.#takeChunk(message, payloads[0] ?? new Uint8Array(0))
        break
      case 'executorLost':
        this.executorLost(message.executorId, message.cause)
        break
      case 'cachedBlocks':
        this.#takeBlocks(hostId, message)
        break
      case 'hostMetrics': {
        const { residentBytes, heapBytes } = message
        const time = this.#around.clock.wallTime()
        const what = { executorId: hostId, residentBytes, heapBytes }
        this.#around.report({ event: 'executorMetricsUpdate', time, ...what })
        break
      }
      case 'tasksStalled':
        for (const task of message.tasks) this.#around.log.warn(describeStall(task), { ...task })
        break
      case 'confirmed':
        this.#around.hosts.get(hostId)?.confirmed(message.requestId)
        break
      case 'leaseSeen':
        break
      default:
        assertNever(message)
    }
  }

  #takeStatuses(
    { started, ended }: Extract<ExecutorToDriver, { type: 'taskStatuses' }>,
    payloads: readonly Uint8Array[],
  ): void {
    const { brought, post } = this.#around
    if (started.length > 0) post({ type: 'tasksStarted', taskIds: started })
    if (ended.length === 0) return
    for (const task of ended) {
      brought.add(task, payloads)
      for (const className of task.lostClasses ?? []) this.#lostClasses.note(className)
    }
    const told = ended.map(({ taskId, end, metrics }) => {
      return { taskId, end: withUserPlaces(end), runTimeMs: metrics?.executorRunTimeMs }
    })
    post({ type: 'tasksEnded', ended: told })
  }

  #takeChunk(
    { taskId, offset, size }: Extract<ExecutorToDriver, { type: 'resultChunk' }>,
    chunk: Uint8Array,
  ): void {
    const { large } = this.#around.brought
    if (offset === 0 && this.#around.expectLarge(taskId, size)) large.begin(taskId, size)
    // A piece without its beginning belongs to a result that was refused, or to a task that is over.
    large.add(taskId, offset, chunk)
  }

  #takeBlocks(
    hostId: HostId,
    { blocks }: Extract<ExecutorToDriver, { type: 'cachedBlocks' }>,
  ): void {
    this.#around.post({ type: 'cachedBlocksUpdated', hostId, blocks })
    const time = this.#around.clock.wallTime()
    for (const { rddId, partition, memoryBytes, diskBytes } of blocks) {
      const blockId = rddBlockName(rddId, partition)
      const what = { executorId: hostId, blockId, rddId, partition, memoryBytes, diskBytes }
      const storageLevel = levelOf(memoryBytes, diskBytes)
      this.#around.report({ event: 'blockUpdated', time, ...what, storageLevel })
    }
  }

  #removed(executorId: ExecutorId, reason: string): void {
    const time = this.#around.clock.wallTime()
    this.#around.report({ event: 'executorRemoved', time, executorId, reason })
  }

  #linksOf(workerId: WorkerId): readonly HostLink[] {
    return this.#around.hosts.all().filter(({ handle }) => handle.workerId === workerId)
  }
}

/** Where a block is. */
function levelOf(memoryBytes: number, diskBytes: number): StorageLevel {
  if (memoryBytes > 0) return StorageLevel.MEMORY_ONLY
  return diskBytes > 0 ? StorageLevel.DISK_ONLY : StorageLevel.NONE
}

function describeStall({ stageId, partition, executorId, ...task }: StalledTask): string {
  const seconds = Math.round(task.stalledMs / 1000)
  return `Stage ${stageId}, partition ${partition} has made no progress for ${seconds} s on executor ${executorId}: it is ${task.phase}, ${task.records} records have passed so far.`
}
