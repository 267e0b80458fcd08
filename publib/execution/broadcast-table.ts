import { decodeValue } from '#publib/serialization'
import type { BroadcastId } from '#publib/util'
import { broadcastMissing } from './errors.ts'

interface Held {
  readonly bytes: Uint8Array
  decoded: { readonly value: unknown } | undefined
}

/** The broadcasts that an executor was sent: decoded by the first task that reads one, kept for all that follow. */
export class BroadcastTable {
  readonly #held = new Map<BroadcastId, Held>()

  put(id: BroadcastId, bytes: Uint8Array): void {
    this.#held.set(id, { bytes, decoded: undefined })
  }

  drop(id: BroadcastId): void {
    this.#held.delete(id)
  }

  read(id: BroadcastId): unknown {
    const held = this.#held.get(id)
    if (held === undefined) throw broadcastMissing(id)
    held.decoded ??= { value: decodeValue(held.bytes) }
    return held.decoded.value
  }
}
