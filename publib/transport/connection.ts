/** A message of a link: a tagged plain object that JSON can hold, and byte strings beside it. */
export interface Envelope<M> {
  readonly message: M
  /** Bytes that belong to the message; which, says the protocol. */
  readonly payloads: readonly Uint8Array[]
}

/** What is spoken on one link, seen from one end. Decoders are total: they give a result and never throw. */
export interface Protocol<In> {
  readonly name: string
  /** Parses a header that came from the network into a message, or says why it is none. */
  decode(header: unknown, payloads: readonly Uint8Array[]): Decoded<In>
  /** How a message of this end travels, where that is not as JSON of itself. */
  pack?(message: unknown, payloads: readonly Uint8Array[]): Packed
}
export interface Packed {
  readonly header: unknown
  readonly payloads: readonly Uint8Array[]
}
export type Decoded<In> =
  | { readonly ok: true; readonly message: In }
  | { readonly ok: false; readonly reason: string }

/** A two-way stream of typed messages, with pings of its own: a peer that is silent too long is closed. */
export interface Connection<In, Out> {
  readonly remote: { readonly host: string; readonly port: number }
  readonly bufferedBytes: number
  readonly isOpen: boolean
  /** Ignored once closed. Several sends of one turn travel in one socket message where they are small. */
  send(message: Out, payloads?: readonly Uint8Array[]): void
  onMessage: ((message: In, payloads: readonly Uint8Array[]) => void) | undefined
  /** Called once, however it ended. Codes: WebSocket's, and the 44xx of reference/reliability.md part C. */
  onClose: ((code: number, reason: string) => void) | undefined
  onDrain: (() => void) | undefined
  close(code?: number, reason?: string): void
  terminate(): void
}
