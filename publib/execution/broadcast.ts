import { type ShippedAs, shipAs } from '#publib/closure/revive'
import { type BroadcastId, broadcastId, type CallSite } from '#publib/util'
import { broadcastDestroyed } from './errors.ts'

/** What a context does when executors are to let go of a broadcast. */
export interface BroadcastControl {
  /** Deletes the executors' copies; they are sent anew when they are needed. Resolves when that is done. */
  dropCopies(id: BroadcastId): Promise<void>
}

/** A value that every task can read without being sent it anew. */
export class Broadcast<out T> {
  readonly id: BroadcastId
  readonly #control: BroadcastControl
  readonly #callSite: () => CallSite | undefined
  #held: { readonly value: T; readonly bytes: Uint8Array } | undefined
  #destroyedAt: CallSite | undefined

  /** `bytes` are the value as the record codec gives it: what the driver changes in it later is not seen by tasks. */
  constructor(
    id: number,
    value: T,
    bytes: Uint8Array,
    control: BroadcastControl,
    callSite: () => CallSite | undefined = () => undefined,
  ) {
    this.id = broadcastId(id)
    this.#held = { value, bytes }
    this.#control = control
    this.#callSite = callSite
  }

  /** @throws BROADCAST_DESTROYED, with the line that destroyed it */
  get value(): T {
    return this.#live().value
  }

  /** What is sent to executor hosts. */
  get bytes(): Uint8Array {
    return this.#live().bytes
  }

  /** Deletes the executors' copies until they are needed again. */
  async unpersist(blocking = false): Promise<void> {
    const dropped = this.#control.dropCopies(this.id)
    if (blocking) await dropped
  }

  /** Deletes all of it for good. */
  async destroy(blocking = false): Promise<void> {
    if (this.#held === undefined) return
    this.#held = undefined
    this.#destroyedAt = this.#callSite()
    await this.unpersist(blocking)
  }

  [shipAs](): ShippedAs {
    this.#live()
    noted?.add(this as Broadcast<unknown>)
    return { kind: 'broadcast', data: { id: this.id } }
  }

  #live(): { readonly value: T; readonly bytes: Uint8Array } {
    if (this.#held === undefined) throw broadcastDestroyed(this.id, this.#destroyedAt)
    return this.#held
  }
}

let noted: Set<Broadcast<unknown>> | undefined

/** Calls `encode`, and names the broadcasts that travel with what it encodes: they must reach a host before it does. */
export function notingBroadcasts<R>(encode: () => R): {
  readonly result: R
  readonly broadcasts: readonly Broadcast<unknown>[]
} {
  const before = noted
  const own = new Set<Broadcast<unknown>>()
  noted = own
  try {
    return { result: encode(), broadcasts: [...own] }
  } finally {
    noted = before
  }
}
