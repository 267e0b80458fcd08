import { Buffer } from 'node:buffer'

/** What a column of text is read as. */
export type CellType =
  | 'string'
  | 'int'
  | 'long'
  | 'float'
  | 'double'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'binary'

export const CELL_TYPES: readonly CellType[] = [
  ...(['string', 'int', 'long', 'float', 'double', 'boolean'] as const),
  ...(['date', 'timestamp', 'binary'] as const),
]

const INT_MAX = 2 ** 31
const LONG_MAX = 2n ** 63n

/** The value that a text stands for; undefined where it stands for none. Nothing depends on the local time zone. */
export function readCell(text: string, type: CellType): unknown {
  switch (type) {
    case 'string':
      return text
    case 'int': {
      if (!/^[+-]?\d{1,15}$/.test(text)) return undefined
      const value = Number(text)
      return value >= -INT_MAX && value < INT_MAX ? value + 0 : undefined
    }
    case 'long': {
      if (!/^[+-]?\d{1,30}$/.test(text)) return undefined
      const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
      return value >= -LONG_MAX && value < LONG_MAX ? value : undefined
    }
    case 'float': {
      const value = readNumber(text)
      return value === undefined ? undefined : Math.fround(value)
    }
    case 'double':
      return readNumber(text)
    case 'boolean':
      return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(text) ? readTime(text, 'T00:00:00Z') : undefined
    case 'timestamp':
      return readTimestamp(text)
    case 'binary':
      return readBase64(text)
  }
}

function readNumber(text: string): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text)
  if (text === 'NaN') return Number.NaN
  const infinite = /^([+-]?)(Infinity|Inf)$/.exec(text)
  if (infinite === null) return undefined
  return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

const TIMESTAMP =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/

/** ISO 8601; without a zone it is UTC. */
function readTimestamp(text: string): Date | undefined {
  const [, date, time = '00:00', zone = 'Z'] = TIMESTAMP.exec(text) ?? []
  if (date === undefined) return undefined
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone
  const clock = time.replace(/(\.\d{3})\d+$/, '$1')
  return readTime(date, `T${clock}${offset}`)
}

/** A day that there is: no 30th of February. */
function readTime(date: string, time: string): Date | undefined {
  const day = new Date(`${date}T00:00:00Z`)
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== date) return undefined
  const value = new Date(date + time)
  return Number.isNaN(value.getTime()) ? undefined : value
}

function readBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined
  return new Uint8Array(Buffer.from(text, 'base64'))
}

/** From the narrowest on: what `inferTypes` tries. */
const LADDER: readonly CellType[] = ['int', 'double', 'boolean', 'date', 'timestamp', 'string']

/** The narrowest type that all these texts can be read as; text where there are none. */
export function inferType(texts: readonly string[]): CellType {
  if (texts.length === 0) return 'string'
  const isOf = (type: CellType): boolean => texts.every(text => readCell(text, type) !== undefined)
  return LADDER.find(isOf) ?? 'string'
}
