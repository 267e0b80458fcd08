import type { Address, Clock, Socket } from '#publib/env'

/** One direction between two machines, as its sending end sees it. */
export interface Link {
  readonly from: string
  readonly to: string
  readonly port: number
  /** Whether this end was made by a listener. */
  readonly isAccepted: boolean
  readonly clock: Clock
  delayMs(bytes: number): number
  isCut(): boolean
  /** Called when the end is closed. */
  forget(socket: MemorySocket): void
}

type Item =
  | { readonly kind: 'message'; readonly bytes: Uint8Array; readonly dueMs: number }
  | {
      readonly kind: 'close'
      readonly code: number
      readonly reason: string
      readonly dueMs: number
    }

const DRAIN_HIGH = 4 * 1024 * 1024
const DRAIN_LOW = 1024 * 1024

/** One end of a socket through memory: in order, after the link's delay, not at all while it is cut. */
export class MemorySocket implements Socket {
  readonly link: Link
  readonly remote: Address
  onDrain: (() => void) | undefined
  readonly #messageBytesMax: number
  /** Joined before anybody gets hold of it. */
  #peer!: MemorySocket
  /** The peer is gone, and a cut keeps the news. */
  #isOrphan = false
  #onMessage: ((bytes: Uint8Array) => void) | undefined
  #onClose: ((code: number, reason: string) => void) | undefined
  #outbox: Item[] = []
  /** What arrived before anybody listened. */
  #inbox: Uint8Array[] = []
  #buffered = 0
  #isFull = false
  #state: 'open' | 'closing' | 'closed' = 'open'
  #ended: { readonly code: number; readonly reason: string } | undefined

  constructor(link: Link, remote: Address, messageBytesMax: number) {
    this.link = link
    this.remote = remote
    this.#messageBytesMax = messageBytesMax
  }

  /** Makes two ends one socket. */
  join(peer: MemorySocket): void {
    this.#peer = peer
    peer.#peer = this
  }

  get bufferedBytes(): number {
    return this.#buffered
  }

  get onMessage(): ((bytes: Uint8Array) => void) | undefined {
    return this.#onMessage
  }
  set onMessage(call: ((bytes: Uint8Array) => void) | undefined) {
    this.#onMessage = call
    if (call === undefined || this.#inbox.length === 0) return
    queueMicrotask(() => {
      for (const bytes of this.#inbox.splice(0)) this.#onMessage?.(bytes)
    })
  }

  get onClose(): ((code: number, reason: string) => void) | undefined {
    return this.#onClose
  }
  set onClose(call: ((code: number, reason: string) => void) | undefined) {
    this.#onClose = call
    if (this.#ended !== undefined) queueMicrotask(() => this.#tell())
  }

  send(parts: readonly Uint8Array[]): void {
    if (this.#state !== 'open') return
    const bytes = new Uint8Array(Buffer.concat(parts))
    this.#buffered += bytes.length
    if (this.#buffered > DRAIN_HIGH) this.#isFull = true
    this.#put({ kind: 'message', bytes, dueMs: this.#dueIn(bytes.length) })
  }

  close(code: number, reason: string): void {
    if (this.#state !== 'open') return
    this.#state = 'closing'
    this.#put({ kind: 'close', code, reason, dueMs: this.#dueIn(0) })
  }

  terminate(): void {
    if (this.#state === 'closed') return
    const peer = this.#peer
    this.link.clock.after(this.link.delayMs(0), () => {
      if (this.link.isCut()) peer.#isOrphan = true
      else peer.#end(1006, '')
    })
    this.#endSoon(1006, '')
  }

  /** Both ends are gone, without a goodbye. */
  break(): void {
    this.#peer.#endSoon(1006, '')
    this.#endSoon(1006, '')
  }

  /** The machine is gone: its handlers hear nothing more. */
  silence(): void {
    this.#onMessage = undefined
    this.#onClose = undefined
    this.onDrain = undefined
  }

  /** Goes on after a cut. */
  wake(): void {
    this.link.clock.after(0, () => {
      if (this.#isOrphan) this.#end(1006, '')
      else this.#deliverDue()
    })
  }

  #dueIn(bytes: number): number {
    const last = this.#outbox.at(-1)?.dueMs ?? 0
    return Math.max(last, this.link.clock.now() + this.link.delayMs(bytes))
  }

  #put(item: Item): void {
    this.#outbox.push(item)
    this.link.clock.after(item.dueMs - this.link.clock.now(), () => this.#deliverDue())
  }

  #deliverDue(): void {
    while (this.#state !== 'closed' && !this.link.isCut()) {
      const [item] = this.#outbox
      // A real clock may fire a fraction of a millisecond early.
      if (item === undefined || item.dueMs > this.link.clock.now() + 1) return
      this.#outbox.shift()
      if (item.kind === 'close') {
        this.#peer.#end(item.code, item.reason)
        this.#end(item.code, item.reason)
        return
      }
      this.#buffered -= item.bytes.length
      this.#peer.#take(item.bytes)
      if (this.#isFull && this.#buffered <= DRAIN_LOW) {
        this.#isFull = false
        this.onDrain?.()
      }
    }
  }

  #take(bytes: Uint8Array): void {
    if (this.#state === 'closed') return
    if (bytes.length > this.#messageBytesMax) this.close(1009, 'the message is too large')
    else if (this.#onMessage === undefined || this.#inbox.length > 0) this.#inbox.push(bytes)
    else this.#onMessage(bytes)
  }

  #endSoon(code: number, reason: string): void {
    if (this.#state === 'closed') return
    this.#close()
    queueMicrotask(() => this.#report(code, reason))
  }

  #end(code: number, reason: string): void {
    if (this.#state === 'closed') return
    this.#close()
    this.#report(code, reason)
  }

  #close(): void {
    this.#state = 'closed'
    this.#outbox = []
    this.#buffered = 0
    this.link.forget(this)
  }

  #report(code: number, reason: string): void {
    this.#ended = { code, reason }
    this.#tell()
  }

  #tell(): void {
    const call = this.#onClose
    this.#onClose = undefined
    if (this.#ended !== undefined) call?.(this.#ended.code, this.#ended.reason)
  }
}
