import type { Texts } from '#publib/kernels'
import { fc } from '../../../../support/property.ts'

/** Strings that UTF-8 can hold, of all lengths that a table treats apart. */
export const wellFormed: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', 'a', 'é', '世', '😀', '\uffff', '\ue000x'),
)

/** One behind the other. */
export function textsOf(strings: readonly string[]): Texts {
  const lengths = Uint32Array.from(strings, string => Buffer.byteLength(string))
  return { bytes: Buffer.from(strings.join('')), starts: undefined, lengths }
}

/** The same with other bytes between them, from the last to the first. */
export function sliced(strings: readonly string[], gap = '\u00e9,'): Texts {
  const parts = [...strings].reverse().map(string => Buffer.from(string))
  const between = Buffer.from(gap)
  const starts = new Uint32Array(strings.length)
  let end = between.length
  for (const [i, part] of parts.entries()) {
    starts[strings.length - 1 - i] = end
    end += part.length + between.length
  }
  const bytes = Buffer.concat([between, ...parts.flatMap(part => [part, between])])
  return { bytes, starts, lengths: Uint32Array.from(strings, s => Buffer.byteLength(s)) }
}

export function stringsOf(texts: Texts): string[] {
  const buffer = Buffer.from(texts.bytes.buffer, texts.bytes.byteOffset, texts.bytes.byteLength)
  let end = 0
  return Array.from(texts.lengths, (length, i) => {
    const start = texts.starts?.[i] ?? end
    end = start + length
    return buffer.toString('utf8', start, end)
  })
}

/** Different keys of many lengths, the same for the same round. */
export function keysOf(count: number, round: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    return `${'k'.repeat((i * 7 + round) % 23)}${i.toString(36)}:${round}`
  })
}
