/** A text that holds an integer of 16 digits or more, perhaps within a string. */
const MAYBE_LARGE = /\d{16}/
/** A string, or a number: numbers within strings are passed over. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/**
 * JSON.parse, but integers that a number cannot hold exactly become bigints, or strings of their digits.
 *
 * @throws SyntaxError
 */
export function parseWithLargeIntegers(text: string, become: 'bigint' | 'string'): unknown {
  if (!MAYBE_LARGE.test(text)) return JSON.parse(text)
  // No string of the text holds it: so a string that begins with it stands for an integer.
  let mark = '\u0001int:'
  while (text.includes(JSON.stringify(mark).slice(1, -1)) || text.includes(mark)) mark += '\u0001'
  let isMarked = false
  const marked = text.replace(STRING_OR_NUMBER, token => {
    if (!/^-?[1-9]\d{15,}$/.test(token) || Number.isSafeInteger(Number(token))) return token
    isMarked = true
    return JSON.stringify(mark + token)
  })
  if (!isMarked) return JSON.parse(text)
  return JSON.parse(marked, (_, value: unknown) => {
    if (typeof value !== 'string' || !value.startsWith(mark)) return value
    const digits = value.slice(mark.length)
    return become === 'bigint' ? BigInt(digits) : digits
  })
}
