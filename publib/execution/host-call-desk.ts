import type { HostCall, RoomAnswer, RoomRequest } from '#publib/protocol'
import type { BlockSource, RangeFetch, RangePart } from '#publib/storage'
import { assertNever } from '#publib/util'
import type { ExecutorLink } from './executor-link.ts'

/** Serves one executor while it stands still: fetches what it asks for, makes room in the cache. Dies with its thread. */
export class HostCallDesk {
  readonly #link: () => ExecutorLink
  readonly #blocks: BlockSource
  readonly #makeRoom: (request: RoomRequest) => RoomAnswer
  readonly #fetches = new Map<number, RangeFetch>()

  constructor(
    link: () => ExecutorLink,
    blocks: BlockSource,
    makeRoom: (request: RoomRequest) => RoomAnswer,
  ) {
    this.#link = link
    this.#blocks = blocks
    this.#makeRoom = makeRoom
  }

  serve(call: HostCall): void {
    const { callId } = call
    switch (call.kind) {
      case 'fetch':
        this.#fetches.set(
          callId,
          this.#blocks.fetch(call.requests, part => this.#give(callId, part)),
        )
        break
      case 'consumed':
        this.#fetches.get(callId)?.consumed(call.bytes)
        break
      case 'close':
        this.#fetches.get(callId)?.close()
        this.#fetches.delete(callId)
        break
      case 'makeRoom':
        this.#link().answer({ kind: 'room', callId, answer: this.#makeRoom(call.request) })
        break
      default:
        assertNever(call)
    }
  }

  close(): void {
    for (const fetch of this.#fetches.values()) fetch.close()
    this.#fetches.clear()
  }

  #give(callId: number, part: RangePart): void {
    const { index } = part
    if ('error' in part) {
      this.#link().answer({ kind: 'failed', callId, index, error: part.error })
      return
    }
    // A piece of a larger message would take all of it along.
    const isWhole = part.bytes.buffer.byteLength === part.bytes.length
    const bytes = isWhole ? part.bytes : new Uint8Array(part.bytes)
    const moved = bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : []
    this.#link().answer({ kind: 'part', callId, index, bytes, isLast: part.isLast }, moved)
  }
}
