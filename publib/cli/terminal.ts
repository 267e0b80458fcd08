import { styleText } from 'node:util'

type Stream = NodeJS.WriteStream
type Style = Parameters<typeof styleText>[0]

/** Whether colours may be written: a terminal, unless NO_COLOR or FORCE_COLOR say otherwise. */
export function wantsColour(stream: Stream, env: NodeJS.ProcessEnv = process.env): boolean {
  const { NO_COLOR: never, FORCE_COLOR: always, TERM: terminal } = env
  if (never !== undefined && never !== '') return false
  if (always !== undefined && always !== '') return always !== '0'
  return stream.isTTY === true && terminal !== 'dumb'
}

/** A text in a colour, where the stream takes colours. */
export function styled(style: Style, text: string, stream: Stream = process.stderr): string {
  return wantsColour(stream) ? styleText(style, text) : text
}

const UNSAFE = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069]/gu
const SHOWN_MAX = 200

/** A text from outside, fit for a terminal: control characters escaped, cut at 200. */
export function safeText(text: string, max = SHOWN_MAX): string {
  const cut = text.length > max ? `${text.slice(0, max)}…` : text
  return cut.replace(UNSAFE, one => `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
}

/** A message for the person at the terminal; stdout is for data. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** A line of data. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
