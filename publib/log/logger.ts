/** What an event is about: ids, counts, errors. Values are cut, escaped and stripped of secrets when written. */
export type LogFields = Readonly<Record<string, unknown>>

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/**
 * Where shells tell what happened: one event, its ids, once. Machines do not log.
 *
 * @example
 * log.warn('worker is silent', { workerId, silentMs })
 */
export interface Logger {
  debug(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
  /** A logger that adds `fields` to everything it writes. */
  child(fields: LogFields): Logger
}

/** Writes nothing: what the driver library logs with until a program asks for more. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
}
