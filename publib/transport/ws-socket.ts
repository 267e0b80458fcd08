import type { Address, Socket } from '#publib/env'

/** What a WebSocket of ws does, as far as it is used. */
export interface RawWebSocket {
  readonly readyState: number
  readonly bufferedAmount: number
  readonly isPaused: boolean
  pause(): void
  resume(): void
  send(bytes: Uint8Array, options: object, written: (error?: Error | null) => void): void
  close(code: number, reason: string): void
  terminate(): void
  on(event: 'message', call: (bytes: Buffer, isBinary: boolean) => void): unknown
  on(event: 'close', call: (code: number, reason: Buffer) => void): unknown
  on(event: 'error', call: (error: NodeJS.ErrnoException) => void): unknown
  on(event: 'ping', call: () => void): unknown
}

const OPEN = 1
const SEND_OPTIONS = { binary: true, compress: false, fin: true }
const DRAIN_HIGH = 4 * 1024 * 1024
const DRAIN_LOW = 1024 * 1024
const PINGS_PER_SECOND_MAX = 50
const REASON_BYTES_MAX = 123

/** A WebSocket as a `Socket`. Reads nothing until `onMessage` is set: no message can come too early. */
export class WsSocket implements Socket {
  readonly remote: Address
  onDrain: (() => void) | undefined
  readonly #raw: RawWebSocket
  readonly #bufferedBytesMax: number
  #onMessage: ((bytes: Uint8Array) => void) | undefined
  #onClose: ((code: number, reason: string) => void) | undefined
  #ended: { readonly code: number; readonly reason: string } | undefined
  #fault: { readonly code: number; readonly reason: string } | undefined
  #isFull = false
  #pings = { second: 0, count: 0 }

  constructor(raw: RawWebSocket, remote: Address, bufferedBytesMax: number) {
    this.#raw = raw
    this.remote = remote
    this.#bufferedBytesMax = bufferedBytesMax
    raw.pause()
    raw.on('message', (bytes, isBinary) => {
      if (isBinary) this.#onMessage?.(bytes)
      else this.close(1003, 'text messages are refused')
    })
    raw.on('ping', () => this.#countPing())
    raw.on('error', error => {
      this.#fault ??= { code: closeCodeOf(error.code), reason: error.message }
    })
    raw.on('close', (code, reason) => {
      const said = { code, reason: reason.toString() }
      this.#end(code === 1006 ? (this.#fault ?? said) : said)
    })
  }

  get bufferedBytes(): number {
    return this.#raw.bufferedAmount
  }

  get onMessage(): ((bytes: Uint8Array) => void) | undefined {
    return this.#onMessage
  }
  set onMessage(call: ((bytes: Uint8Array) => void) | undefined) {
    this.#onMessage = call
    if (call !== undefined && this.#raw.isPaused) this.#raw.resume()
  }

  get onClose(): ((code: number, reason: string) => void) | undefined {
    return this.#onClose
  }
  set onClose(call: ((code: number, reason: string) => void) | undefined) {
    this.#onClose = call
    const ended = this.#ended
    // It ended before anybody listened: the news is kept for the one who comes.
    if (ended !== undefined) queueMicrotask(() => this.#tell(ended))
  }

  send(parts: readonly Uint8Array[]): void {
    if (this.#raw.readyState !== OPEN) return
    const [first] = parts
    const bytes = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts)
    this.#raw.send(bytes, SEND_OPTIONS, () => this.#written())
    const buffered = this.#raw.bufferedAmount
    if (buffered > DRAIN_HIGH) this.#isFull = true
    if (buffered > this.#bufferedBytesMax) {
      this.#fault = { code: 4408, reason: `does not read: ${buffered} bytes wait` }
      this.#raw.terminate()
    }
  }

  close(code: number, reason: string): void {
    // The peer's goodbye is only seen by who reads.
    if (this.#raw.isPaused) this.#raw.resume()
    this.#raw.close(code, cutReason(reason))
  }

  terminate(): void {
    this.#raw.terminate()
  }

  #written(): void {
    if (!this.#isFull || this.#raw.bufferedAmount > DRAIN_LOW) return
    this.#isFull = false
    this.onDrain?.()
  }

  #countPing(): void {
    const second = Math.floor(performance.now() / 1000)
    if (second !== this.#pings.second) this.#pings = { second, count: 0 }
    if (++this.#pings.count > PINGS_PER_SECOND_MAX) this.close(1008, 'too many pings')
  }

  #end(ended: { readonly code: number; readonly reason: string }): void {
    if (this.#ended !== undefined) return
    this.#ended = ended
    this.#tell(ended)
  }

  #tell({ code, reason }: { readonly code: number; readonly reason: string }): void {
    const call = this.#onClose
    this.#onClose = undefined
    call?.(code, reason)
  }
}

/** The close code that says what ws found wrong with the peer's frames. */
function closeCodeOf(code: string | undefined): number {
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return 1009
  if (code === 'WS_ERR_INVALID_UTF8') return 1007
  if (code === 'WS_ERR_TOO_MANY_BUFFERED_PARTS') return 1008
  return code?.startsWith('WS_ERR_') === true ? 1002 : 1006
}

/** A close frame has room for so many bytes of reason. */
function cutReason(reason: string): string {
  if (Buffer.byteLength(reason) <= REASON_BYTES_MAX) return reason
  return `${Buffer.from(reason)
    .subarray(0, REASON_BYTES_MAX - 3)
    .toString()
    .replace(/\uFFFD+$/, '')}…`
}
