import type { Texts, Tokens } from '../doors.ts'
import { spaceSizeAt } from './spaces.ts'
import { startsOf, TextsBuilder } from './texts.ts'

const LF = 10
const CR = 13

export function splitLines(bytes: Uint8Array): Texts {
  const lines = new TextsBuilder(bytes, bytes.length >> 5)
  let start = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (byte > CR || (byte !== LF && byte !== CR)) continue
    lines.add(start, i)
    if (byte === CR && bytes[i + 1] === LF) i++
    start = i + 1
  }
  if (start < bytes.length) lines.add(start, bytes.length)
  return lines.texts()
}

export function splitEach(texts: Texts, separator: Uint8Array): Tokens {
  return cutEach(texts, (tokens, start, end) => {
    addParts(tokens, texts.bytes, start, end, separator)
  })
}

/** Calls `add` for the place of each text, and counts what it adds. */
function cutEach(
  texts: Texts,
  add: (tokens: TextsBuilder, start: number, end: number) => void,
): Tokens {
  const { bytes, lengths } = texts
  const starts = startsOf(texts)
  const tokens = new TextsBuilder(bytes, lengths.length * 4)
  const counts = new Uint32Array(lengths.length)
  for (let i = 0; i < lengths.length; i++) {
    const before = tokens.count
    add(tokens, starts[i]!, starts[i]! + lengths[i]!)
    counts[i] = tokens.count - before
  }
  return { tokens: tokens.texts(), counts }
}

function addParts(
  tokens: TextsBuilder,
  bytes: Uint8Array,
  start: number,
  end: number,
  separator: Uint8Array,
): void {
  const first = separator[0]!
  const size = separator.length
  let from = start
  for (let i = start; i <= end - size; i++) {
    if (bytes[i] !== first || (size > 1 && !isAt(bytes, i, separator))) continue
    tokens.add(from, i)
    from = i + size
    i = from - 1
  }
  tokens.add(from, end)
}

/** Whether `part` stands at `start`; the bytes reach that far. */
export function isAt(bytes: Uint8Array, start: number, part: Uint8Array): boolean {
  for (let i = 0; i < part.length; i++) {
    if (bytes[start + i] !== part[i]) return false
  }
  return true
}

export function splitSpaces(texts: Texts): Tokens {
  return cutEach(texts, (tokens, start, end) => addWords(tokens, texts.bytes, start, end))
}

function addWords(tokens: TextsBuilder, bytes: Uint8Array, start: number, end: number): void {
  let from = start
  for (let i = start; i < end; ) {
    let size = spaceSizeAt(bytes, i, end)
    if (size === 0) {
      i++
      continue
    }
    tokens.add(from, i)
    do {
      i += size
      size = i < end ? spaceSizeAt(bytes, i, end) : 0
    } while (size > 0)
    from = i
  }
  tokens.add(from, end)
}
