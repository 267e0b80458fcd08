import { join } from 'node:path'
import type { Cancellable, Env } from '#publib/env'
import type { Logger } from '#publib/log'
import { journalCorrupt, journalLost } from './errors.ts'
import { encodeEntry, type JournalEntry, scanJournal } from './journal-format.ts'
import {
  applyRecord,
  emptyJournalState,
  type JournalRecord,
  type JournalState,
} from './journal-record.ts'

export interface JournalOptions {
  readonly env: Pick<Env, 'files' | 'clock'>
  readonly folder: string
  /** `master`: names `master.journal` and `master.snapshot`. */
  readonly name: string
  readonly endedMax: number
  readonly acceptsDataLoss: boolean
  readonly log: Logger
}

/** A journal this large is folded into a snapshot. */
const JOURNAL_BYTES_MAX = 1024 * 1024
/** A full disk is waited for: nothing is answered meanwhile, and nothing is forgotten. */
const FULL_RETRY_MS = 500
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE'])

/**
 * What the master must not forget: appended and on disk before anything is done or answered because of it.
 * A write that failed for good ends it; it never tries an fsync twice.
 */
export class Journal {
  readonly #options: JournalOptions
  readonly #path: string
  readonly #snapshotPath: string
  #state: JournalState = emptyJournalState
  #sequence = 0
  #bytes = 0
  #isLost = false
  #isClosed = false
  #waiting: { readonly timer: Cancellable; readonly end: () => void } | undefined

  private constructor(options: JournalOptions) {
    this.#options = options
    this.#path = join(options.folder, `${options.name}.journal`)
    this.#snapshotPath = join(options.folder, `${options.name}.snapshot`)
  }

  /** Reads what is there. Cuts a last write that did not finish; refuses anything else that is damaged. */
  static async open(options: JournalOptions): Promise<Journal> {
    const journal = new Journal(options)
    await options.env.files.makeFolder(options.folder)
    for (const { sequence, payload } of await journal.#read(journal.#snapshotPath)) {
      journal.#state = parse(payload) as JournalState
      journal.#sequence = sequence
    }
    for (const { sequence, payload } of await journal.#read(journal.#path)) {
      if (sequence <= journal.#sequence) continue
      journal.#apply(parse(payload) as JournalRecord)
      journal.#sequence = sequence
    }
    journal.#bytes = (await options.env.files.stat(journal.#path))?.size ?? 0
    return journal
  }

  /** Everything that was appended, folded. */
  get state(): JournalState {
    return this.#state
  }

  /** Resolves when the records are on disk. Waits while the disk is full; rejects when it cannot be written for good. */
  async append(records: readonly JournalRecord[]): Promise<void> {
    if (records.length === 0) return
    await this.#untilWritten(() => this.#write(records))
    for (const record of records) this.#apply(record)
    this.#sequence += records.length
    if (this.#bytes > JOURNAL_BYTES_MAX) await this.#untilWritten(() => this.#compact())
  }

  /** Ends a wait for room on the disk; the append that waited rejects. */
  close(): void {
    this.#isClosed = true
    this.#waiting?.timer.cancel()
    this.#waiting?.end()
  }

  async #write(records: readonly JournalRecord[]): Promise<void> {
    const { files } = this.#options.env
    // Somebody deleted the state folder: a journal that begins in the middle would be worse than none.
    if (((await files.stat(this.#path))?.size ?? 0) !== this.#bytes) await this.#compact()
    const entries = records.map((record, index) => entryOf(record, this.#sequence + 1 + index))
    const bytes = Buffer.concat(entries.map(encodeEntry))
    await files.append(this.#path, bytes)
    this.#bytes += bytes.length
  }

  /** A crash between the two steps leaves records that the snapshot holds already: their numbers say so. */
  async #compact(): Promise<void> {
    const { env, folder } = this.#options
    await env.files.makeFolder(folder)
    const snapshot = encodeEntry(entryOf(this.#state, this.#sequence))
    await env.files.writeFile(this.#snapshotPath, snapshot)
    await env.files.writeFile(this.#path, new Uint8Array())
    this.#bytes = 0
  }

  async #untilWritten(write: () => Promise<void>): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      if (this.#isLost || this.#isClosed) throw journalLost(this.#path, 'it is closed')
      try {
        await write()
        if (attempt > 0) this.#options.log.info('the journal can be written again')
        return
      } catch (error) {
        if (!FULL.has(String((error as { code?: unknown }).code))) {
          this.#isLost = true
          throw journalLost(this.#path, error)
        }
        if (attempt === 0) this.#options.log.warn('the journal waits for room', { error })
        await this.#pause()
      }
    }
  }

  #pause(): Promise<void> {
    return new Promise(resolve => {
      const end = () => {
        this.#waiting = undefined
        resolve()
      }
      this.#waiting = { timer: this.#options.env.clock.after(FULL_RETRY_MS, end), end }
    })
  }

  #apply(record: JournalRecord): void {
    this.#state = applyRecord(this.#state, record, this.#options.endedMax)
  }

  async #read(path: string): Promise<readonly JournalEntry[]> {
    const { files } = this.#options.env
    if ((await files.stat(path)) === undefined) return []
    const bytes = await files.readFile(path)
    const { entries, soundBytes, damage } = scanJournal(bytes)
    if (damage === undefined) return entries
    // A snapshot is renamed into its place when it is whole: nothing of it can be unfinished.
    if (damage.kind === 'tornTail' && path === this.#path) {
      await files.truncate(path, soundBytes)
      const at = { path, offset: damage.offset }
      this.#options.log.warn('cut the unfinished last record of the journal', at)
      return entries
    }
    const copy = `${path}.damaged-${this.#options.env.clock.wallTime()}`
    await files.writeFile(copy, bytes)
    if (!this.#options.acceptsDataLoss) throw journalCorrupt(path, damage.offset, copy)
    this.#options.log.warn('goes on without damaged records', { path, offset: damage.offset, copy })
    await files.writeFile(path, Buffer.concat(entries.map(encodeEntry)))
    return entries
  }
}

function entryOf(value: JournalRecord | JournalState, sequence: number): JournalEntry {
  return { sequence, payload: Buffer.from(JSON.stringify(value)) }
}

function parse(payload: Uint8Array): unknown {
  return JSON.parse(Buffer.from(payload).toString('utf8'))
}
