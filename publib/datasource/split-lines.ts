import { Buffer, isAscii, isUtf8 } from 'node:buffer'
import { type Column, detectColumn } from '#publib/columnar'
import { kernels } from '#publib/kernels'
import type { Encoding } from './line-ends.ts'

/** The lines of a text that ends with a line end, or with the file. */
export function splitLines(text: string): string[] {
  return withoutReturns(splitFeeds(text), text)
}

/**
 * The lines of some UTF-8. Only a line that has other characters than ASCII is decoded as UTF-8: one such character would
 * make two bytes of each character of the whole, and words would take twice the room and time.
 */
export function splitUtf8(bytes: Buffer): string[] {
  const text = bytes.toString('latin1')
  const lines = splitFeeds(text)
  if (!isAscii(bytes)) decodeOthers(lines, text, bytes)
  return withoutReturns(lines, text)
}

/** The lines of some text as a column that shares its bytes, where these are UTF-8. */
export function columnOfLines(bytes: Buffer, encoding: Encoding): Column {
  if (encoding === 'utf16le') return detectColumn(splitLines(bytes.toString(encoding)))
  const isReady = encoding === 'latin1' ? isAscii(bytes) : isUtf8(bytes)
  const texts = isReady ? bytes : Buffer.from(bytes.toString(encoding))
  return { kind: 'utf8', ...kernels().splitLines(texts) }
}

function splitFeeds(text: string): string[] {
  const lines = text.split('\n')
  if (lines[lines.length - 1] === '') lines.pop()
  return lines
}

/** `text` has a character for each byte, so that places in it are places in `bytes`. */
function decodeOthers(lines: string[], text: string, bytes: Buffer): void {
  const other = /[\x80-\xff]/g
  let start = 0
  let next = other.test(text) ? other.lastIndex - 1 : text.length
  for (let i = 0; i < lines.length && next < text.length; i++) {
    const end = start + lines[i]!.length
    if (next < end) {
      lines[i] = bytes.toString('utf8', start, end)
      other.lastIndex = end
      next = other.test(text) ? other.lastIndex - 1 : text.length
    }
    start = end + 1
  }
}

/** A `\r` before a line feed belongs to it; any other ends a line of its own. */
function withoutReturns(lines: string[], text: string): string[] {
  if (!text.includes('\r')) return lines
  const out: string[] = []
  for (const line of lines) {
    const at = line.indexOf('\r')
    if (at < 0) out.push(line)
    else if (at === line.length - 1) out.push(line.slice(0, at))
    else {
      const whole = line.endsWith('\r') ? line.slice(0, -1) : line
      for (const part of whole.split('\r')) out.push(part)
    }
  }
  return out
}
