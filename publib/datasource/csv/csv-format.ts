import type { Encoding } from '../line-ends.ts'

/** How CSV is written, as plain data. Delimiter, quote and comment are single ASCII characters. */
export interface CsvFormat {
  readonly delimiter: string
  /** Empty: nothing is quoted. */
  readonly quote: string
  /** Empty: no line is a comment. */
  readonly comment: string
  /** Whether the first record of each file names the columns. */
  readonly hasHeader: boolean
  readonly nullValue: string
  readonly encoding: Encoding
}

/** The bytes that matter to a reader; -1 where there is no such character. */
export interface CsvBytes {
  readonly delimiter: number
  readonly quote: number
  readonly comment: number
}

export function bytesOf({ delimiter, quote, comment }: CsvFormat): CsvBytes {
  const byteOf = (text: string): number => (text === '' ? -1 : text.charCodeAt(0))
  return { delimiter: byteOf(delimiter), quote: byteOf(quote), comment: byteOf(comment) }
}

export const LF = 10
export const CR = 13
