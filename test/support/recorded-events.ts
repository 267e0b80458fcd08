import type { LossCause } from '#publib/task'
import type { ExecutorId, HostId, WorkerId } from '#publib/util'
import type { BackendEvents, ExecutorHostHandle } from '../../driver/backend/backend.ts'

/** What a backend told, as short lines; and who is there now. */
export class RecordedEvents implements BackendEvents {
  readonly lines: string[] = []
  readonly executors = new Map<ExecutorId, HostId>()
  readonly hosts = new Map<HostId, ExecutorHostHandle>()
  readonly errors: Error[] = []

  hostAdded(host: ExecutorHostHandle, executorIds: readonly ExecutorId[]): void {
    this.lines.push(`host added with ${executorIds.length}`)
    this.hosts.set(host.hostId, host)
    for (const id of executorIds) this.executors.set(id, host.hostId)
  }

  executorsAdded(hostId: HostId, executorIds: readonly ExecutorId[]): void {
    this.lines.push(`${executorIds.length} executors added`)
    for (const id of executorIds) this.executors.set(id, hostId)
  }

  executorLost(executorId: ExecutorId, cause: LossCause): void {
    this.lines.push(`executor lost: ${cause.kind}`)
    this.executors.delete(executorId)
  }

  hostLost(hostId: HostId, cause: LossCause): void {
    this.lines.push(`host lost: ${cause.kind}`)
    this.hosts.delete(hostId)
    for (const [id, host] of this.executors) if (host === hostId) this.executors.delete(id)
  }

  workerLost(_workerId: WorkerId, _reason: string): void {
    this.lines.push('worker lost')
  }

  workerSuspended(_workerId: WorkerId, isSuspended: boolean): void {
    this.lines.push(isSuspended ? 'worker suspended' : 'worker resumed')
  }

  notice(text: string): void {
    this.lines.push(`notice: ${text}`)
  }

  fatal(error: Error): void {
    this.errors.push(error)
  }
}
