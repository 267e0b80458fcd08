import type { LogRecord } from './record.ts'

/** One JSON object a line, for files. */
export function jsonLine(record: LogRecord): string {
  const { level, component, wallTimeMs, event, fields } = record
  const timestamp = new Date(wallTimeMs).toISOString()
  return JSON.stringify({ timestamp, level, component, event, ...fields })
}

const COLOURS = { debug: 90, info: 32, warn: 33, error: 31 }

/** `14:03:07.120 WARN [worker] master is silent silentMs=4100`, for people. */
export function humanLine(record: LogRecord, isColoured: boolean): string {
  const { level, component, wallTimeMs, event, fields } = record
  const paint = (text: string, colour: number) =>
    isColoured ? `\u001b[${colour}m${text}\u001b[39m` : text
  const time = paint(timeOfDay(wallTimeMs), COLOURS.debug)
  const name = paint(level.toUpperCase().padEnd(5), COLOURS[level])
  const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${quoted(value)}`)
  return `${time} ${name} [${component}] ${event}${paint(pairs.join(''), COLOURS.debug)}`
}

function timeOfDay(wallTimeMs: number): string {
  const date = new Date(wallTimeMs)
  const pad = (value: number, size: number) => String(value).padStart(size, '0')
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(part => pad(part, 2))
  return `${clock.join(':')}.${pad(date.getMilliseconds(), 3)}`
}

function quoted(value: string | number | boolean): string {
  return typeof value === 'string' && /[\s="]/.test(value) ? JSON.stringify(value) : String(value)
}
