import type { LogFields, Logger, OwnedLogger } from '#publib/log'

/** From the least important kind on; `off` writes nothing. */
export type Verbosity = 'off' | 'error' | 'warn' | 'info' | 'debug' | 'trace'
type Kind = 'debug' | 'info' | 'warn' | 'error'

const RANK: Readonly<Record<Verbosity, number>> = {
  ...{ trace: 0, debug: 1, info: 2, warn: 3, error: 4, off: 5 },
}
const WAITING_MAX = 1000

/** The driver's log, on stderr. The logger behind it is loaded by the first line that is written: most programs have none. */
export class LazyLog implements Logger {
  level: Verbosity
  readonly #fields: LogFields
  readonly #root: LazyLog | undefined
  #waiting: { readonly kind: Kind; readonly event: string; readonly fields: LogFields }[] = []
  #loading: Promise<OwnedLogger> | undefined

  constructor(level: Verbosity, fields: LogFields = {}, root?: LazyLog) {
    this.level = level
    this.#fields = fields
    this.#root = root
  }

  debug(event: string, fields: LogFields = {}): void {
    this.#write('debug', event, fields)
  }

  info(event: string, fields: LogFields = {}): void {
    this.#write('info', event, fields)
  }

  warn(event: string, fields: LogFields = {}): void {
    this.#write('warn', event, fields)
  }

  error(event: string, fields: LogFields = {}): void {
    this.#write('error', event, fields)
  }

  child(fields: LogFields): Logger {
    const root = this.#root ?? this
    return new LazyLog(root.level, { ...this.#fields, ...fields }, root)
  }

  /** Writes what waits. Writes nothing later. */
  async close(): Promise<void> {
    const logger = await this.#loading
    this.level = 'off'
    await logger?.close()
  }

  #write(kind: Kind, event: string, fields: LogFields): void {
    if (this.#root !== undefined) {
      this.#root.#write(kind, event, { ...this.#fields, ...fields })
      return
    }
    if (RANK[kind] < RANK[this.level] || this.#waiting.length >= WAITING_MAX) return
    this.#waiting.push({ kind, event, fields })
    this.#loading ??= import('#publib/log').then(({ createLogger }) =>
      createLogger({ component: 'driver', level: 'debug', console: true }),
    )
    this.#loading.then(
      logger => this.#flush(logger),
      () => {
        // A program runs on without its log.
        this.#waiting = []
      },
    )
  }

  #flush(logger: Logger): void {
    for (const { kind, event, fields } of this.#waiting.splice(0)) logger[kind](event, fields)
  }
}
