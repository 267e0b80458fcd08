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

/**
 * `a === b` where one is bytes and the other a literal, or may not be there and the other is not; undefined where they are to be
 * compared as JavaScript does it.
 */
export function compareTexts(a: Element, b: Element, w: LoopWriter): string | undefined {
  return compared(a, b, w) ?? compared(b, a, w)
}

function compared(a: Element, b: Element, w: LoopWriter): string | undefined {
  if (a.kind === 'maybe' && b.kind === 'absent') {
    return b.value === undefined ? `(!${a.test})` : 'false'
  }
  if (b.kind !== 'string' || b.literal === undefined) return undefined
  if (a.kind === 'text') return testText('equals', a, b.literal, w)
  const equals = a.kind === 'maybe' ? testText('equals', a.text, b.literal, w) : undefined
  return equals && a.kind === 'maybe' ? `(${a.test} && ${equals})` : undefined
}

/** How a number is read from the bytes of a text: the helper, and what it is given besides. */
export type NumberReader = 'number' | 'float' | 'decimalInteger' | 'integer'

/** The number that a text is read as; one that is not there is no number. */
export function numberOfText(reader: NumberReader, element: Element): Element | undefined {
  if (element.kind === 'maybe') {
    const read = readBy(reader, element.text)
    return { kind: 'number', code: `(${element.test} ? ${read} : NaN)` }
  }
  if (element.kind !== 'text') return undefined
  return { kind: 'number', code: readBy(reader, element) }
}

function readBy(reader: NumberReader, { column, start, length }: TextElement): string {
  return `h.${reader}(${column}, ${start}, ${length})`
}
