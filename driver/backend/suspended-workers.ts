import type { MasterEpoch, WorkerId } from '#publib/util'

/** Which workers get no new tasks, by what the master said last; changes are told, repetitions are not. */
export class SuspendedWorkers {
  readonly #suspended = new Set<WorkerId>()
  readonly #onChange: (workerId: WorkerId, isSuspended: boolean) => void
  #epoch: MasterEpoch | undefined

  constructor(onChange: (workerId: WorkerId, isSuspended: boolean) => void) {
    this.#onChange = onChange
  }

  set(workerId: WorkerId, isSuspended: boolean): void {
    if (this.#suspended.has(workerId) === isSuspended) return
    if (isSuspended) this.#suspended.add(workerId)
    else this.#suspended.delete(workerId)
    this.#onChange(workerId, isSuspended)
  }

  /** It is gone for good. */
  forget(workerId: WorkerId): void {
    this.#suspended.delete(workerId)
  }

  /** A master that has restarted tells of whom it finds silent, not of who has come back to it. */
  masterIs(epoch: MasterEpoch): void {
    if (epoch === this.#epoch) return
    this.#epoch = epoch
    for (const workerId of this.#suspended) this.set(workerId, false)
  }
}
