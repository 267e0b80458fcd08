import type { Files } from '#publib/env'
import type { FromBlockService, MapOutputRange, ToBlockService } from '#publib/protocol'
import type { Connection } from '#publib/transport'
import type { ApplicationId } from '#publib/util'
import type { Located, MapOutputReader } from './map-output-reader.ts'

type Link = Connection<ToBlockService, FromBlockService>

/** What is read and sent at a time. */
const PART_BYTES = 512 * 1024
/** What may lie unsent on a connection; above the mark at which a socket tells that it has drained. */
const UNSENT_BYTES_MAX = 8 * 1024 * 1024
/** Requests of one reader that wait. Honest readers have fewer under way. */
const REQUESTS_MAX = 1024

/** Answers the requests of one reader in their order, as fast as it takes the bytes. */
export class RangeSender {
  readonly #files: Files
  readonly #reader: MapOutputReader
  readonly #applicationId: ApplicationId
  readonly #link: Link
  readonly #requests: ToBlockService[] = []
  #isSending = false
  #wake: (() => void) | undefined
  bytesSent = 0

  constructor(files: Files, reader: MapOutputReader, applicationId: ApplicationId, link: Link) {
    this.#files = files
    this.#reader = reader
    this.#applicationId = applicationId
    this.#link = link
    link.onMessage = request => this.#take(request)
    link.onDrain = () => this.#goOn()
  }

  /** The connection is gone. */
  end(): void {
    this.#requests.length = 0
    this.#goOn()
  }

  #take(request: ToBlockService): void {
    if (request.applicationId !== this.#applicationId) {
      this.#link.close(4403, 'the blocks of another application')
    } else if (this.#requests.length >= REQUESTS_MAX) {
      this.#link.close(4429, `more than ${REQUESTS_MAX} requests`)
    } else {
      this.#requests.push(request)
      if (!this.#isSending) void this.#sendAll()
    }
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true
    for (let request = this.#requests.shift(); request; request = this.#requests.shift()) {
      for (const [index, range] of request.ranges.entries()) {
        if (!this.#link.isOpen) break
        await this.#sendRange(request.requestId, index, range)
      }
    }
    this.#isSending = false
  }

  async #sendRange(requestId: number, index: number, range: MapOutputRange): Promise<void> {
    const located = await this.#reader.locate(this.#applicationId, range)
    const reason =
      located.kind === 'missing' ? located.reason : await this.#sendParts(requestId, index, located)
    if (reason === undefined) return
    if (located.kind === 'found') await this.#reader.setAside(this.#applicationId, range)
    this.#link.send({ type: 'rangeMissing', requestId, index, reason })
  }

  /** Gives why it could not be sent to its end. */
  async #sendParts(
    requestId: number,
    index: number,
    { path, offset, length }: Extract<Located, { kind: 'found' }>,
  ): Promise<string | undefined> {
    for (let done = 0; ; ) {
      await this.#room()
      if (!this.#link.isOpen) return undefined
      const part = new Uint8Array(Math.min(PART_BYTES, length - done))
      const count = await this.#files.readRange(path, offset + done, part).catch(() => -1)
      if (count !== part.length) return 'its file is damaged or gone'
      done += count
      this.bytesSent += count
      const isLast = done === length
      this.#link.send({ type: 'rangePart', requestId, index, isLast }, [part])
      if (isLast) return undefined
    }
  }

  async #room(): Promise<void> {
    while (this.#link.isOpen && this.#link.bufferedBytes > UNSENT_BYTES_MAX) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  #goOn(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}
