import { type Clock, realClock } from '#publib/env'
import { humanLine, jsonLine } from './formats.ts'
import type { LogFields, Logger, LogLevel } from './logger.ts'
import { type LogRecord, makeRecord } from './record.ts'
import { Redactor } from './redactor.ts'
import { RotatingFile } from './rotating-file.ts'

export interface LoggerOptions {
  /** Who writes: `master`, `worker`, `host` … */
  readonly component: string
  readonly level: LogLevel
  /** JSON lines go here. One file a process, never shared. */
  readonly file?: string | undefined
  /** Lines for people go to stderr. */
  readonly console?: boolean
  /** Fields of every line, such as the process's own id. */
  readonly fields?: LogFields
  /** What it must never write; more can be hidden later. */
  readonly redactor?: Redactor
  readonly clock?: Pick<Clock, 'wallTime'>
  readonly fileBytesMax?: number
  readonly filesMax?: number
  readonly queueBytesMax?: number
}

/** A logger that has to be closed, or the last lines are lost. */
export interface OwnedLogger extends Logger {
  /** Lines that did not reach the file. */
  readonly lostLines: number
  close(): Promise<void>
}

const MIB = 1024 * 1024

/**
 * The logger of a process. It never blocks and never throws: full disks and closed pipes lose lines, nothing else.
 *
 * @example
 * const log = await createLogger({ component: 'worker', level: 'info', file: '…/worker.log' })
 */
export async function createLogger(options: LoggerOptions): Promise<OwnedLogger> {
  const { createLogger: createWinston, format, transports } = await import('winston')
  const clock = options.clock ?? realClock
  const redactor = options.redactor ?? new Redactor()
  const file = options.file === undefined ? undefined : rotatingFile(options.file, options)
  const printed = (print: (record: LogRecord) => string) =>
    format.printf(({ record }) => print(record as LogRecord))
  const { NO_COLOR } = process.env
  const isColoured = process.stderr.isTTY === true && NO_COLOR === undefined
  const winston = createWinston({
    level: options.level,
    silent: file === undefined && options.console !== true,
    transports: [
      ...(file === undefined
        ? []
        : [
            new transports.Stream({
              stream: file.asStream(),
              format: printed(jsonLine),
              eol: '\n',
            }),
          ]),
      ...(options.console === true
        ? [
            new transports.Stream({
              stream: process.stderr,
              format: printed(record => humanLine(record, isColoured)),
              eol: '\n',
            }),
          ]
        : []),
    ],
  })
  // Without it a reader that goes away (`| head`) would end the process.
  if (options.console === true) process.stderr.on('error', ignore)
  let closing: Promise<void> | undefined
  const write = (level: LogLevel, event: string, fields: LogFields) => {
    // A signal that comes while the process ends has nowhere to be written.
    if (closing !== undefined) return
    const about = { level, component: options.component, wallTimeMs: clock.wallTime() }
    winston.log({ level, message: event, record: makeRecord(about, event, fields, redactor) })
  }
  const close = async () => {
    await new Promise<void>(resolve => {
      winston.once('finish', () => resolve())
      winston.end()
    })
    await file?.close()
    if (options.console === true) process.stderr.off('error', ignore)
  }
  return {
    ...loggerOf(write, options.fields ?? {}),
    get lostLines() {
      return file?.lostLines ?? 0
    },
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

type Write = (level: LogLevel, event: string, fields: LogFields) => void

function loggerOf(write: Write, own: LogFields): Logger {
  const at =
    (level: LogLevel) =>
    (event: string, fields: LogFields = {}) =>
      write(level, event, { ...own, ...fields })
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: fields => loggerOf(write, { ...own, ...fields }),
  }
}

function rotatingFile(path: string, options: LoggerOptions): RotatingFile {
  return new RotatingFile({
    path,
    fileBytesMax: options.fileBytesMax ?? 10 * MIB,
    filesMax: options.filesMax ?? 5,
    queueBytesMax: options.queueBytesMax ?? 4 * MIB,
  })
}

function ignore(): void {
  // Nobody is left to tell.
}
