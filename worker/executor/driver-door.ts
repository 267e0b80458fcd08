import type { Clock } from '#publib/env'
import type { ExecutorHost } from '#publib/execution/host'
import type { DriverToExecutor, ExecutorToDriver } from '#publib/protocol'
import type { Connection } from '#publib/transport'
import type { ApplicationId } from '#publib/util'
import type { Lease } from './lease.ts'

type DriverConnection = Connection<DriverToExecutor, ExecutorToDriver>

export interface DoorOptions {
  readonly applicationId: ApplicationId
  readonly version: string
  readonly clock: Clock
  readonly host: Pick<ExecutorHost, 'attach' | 'detach'>
  readonly lease: Lease
}

/** Where the driver comes in: one connection for its tasks, the latest; others that only renew its lease. */
export class DriverDoor {
  readonly #options: DoorOptions

  constructor(options: DoorOptions) {
    this.#options = options
  }

  /** The first message says whose driver it is; then the host talks with it. */
  takeDriver(connection: DriverConnection): void {
    const { host } = this.#options
    this.#count(connection, () => host.detach(connection))
    connection.onMessage = (message, payloads) => {
      const refusal = this.#refusal(message)
      if (refusal !== undefined) {
        connection.close(refusal.code, refusal.reason)
        return
      }
      host.attach(connection)
      connection.onMessage?.(message, payloads)
    }
  }

  takeLease(connection: DriverConnection): void {
    this.#count(connection, () => undefined)
    connection.onMessage = message => {
      if (message.type !== 'renewLease') {
        connection.close(4403, `a lease connection only renews, and this was ${message.type}`)
        return
      }
      const { lease, clock } = this.#options
      lease.renewed(clock.now())
      connection.send({ type: 'leaseSeen', sequence: message.sequence })
    }
  }

  #count(connection: DriverConnection, onClose: () => void): void {
    const { lease, clock } = this.#options
    lease.opened(clock.now())
    connection.onClose = () => {
      lease.closed(clock.now())
      onClose()
    }
  }

  #refusal(first: DriverToExecutor): { code: number; reason: string } | undefined {
    if (first.type !== 'attach') return { code: 4400, reason: 'the first message is attach' }
    const { applicationId, version } = this.#options
    if (first.applicationId !== applicationId) {
      return { code: 4403, reason: `this host belongs to ${applicationId}` }
    }
    if (first.version === version) return undefined
    const reason = `this host runs simSpark ${version}, the driver ${first.version}`
    return { code: 4426, reason }
  }
}
