import { isWellFormed } from '#publib/columnar'
import type { Element, TextElement } from './element.ts'
import type { LoopWriter } from './loop-writer.ts'

/** Bytes of a literal, as a constant of the batch; undefined where UTF-8 cannot hold it. */
export function literalBytes(literal: string, w: LoopWriter): string | undefined {
  return isWellFormed(literal) ? w.once(`h.bytes(${JSON.stringify(literal)})`) : undefined
}

/** How a text is compared with a literal, byte by byte: equal bytes are equal texts. */
export function testText(
  test: 'equals' | 'startsWith' | 'endsWith' | 'includes',
  text: TextElement,
  literal: string,
  w: LoopWriter,
): string | undefined {
  const bytes = literalBytes(literal, w)
  if (bytes === undefined) return undefined
  // The whole column at once.
  if (text.isRow) return `(${w.once(`h.tested(${text.column}, '${test}', ${bytes})`)}[i] === 1)`
  const within = w.once(`${text.column}.bytes`)
  return `h.${test}(${within}, ${text.start}, ${text.length}, ${bytes})`
}

/** `a === b` where one is bytes and the other a literal; undefined where they are to be compared as JavaScript does it. */
export function compareTexts(a: Element, b: Element, w: LoopWriter): string | undefined {
  if (a.kind === 'text' && b.kind === 'string' && b.literal !== undefined) {
    return testText('equals', a, b.literal, w)
  }
  if (b.kind === 'text' && a.kind === 'string' && a.literal !== undefined) {
    return testText('equals', b, a.literal, w)
  }
  return undefined
}
