import type { Expression } from '#publib/recognition'
import { asJs } from './as-js.ts'
import { type Element, isText, plainValue, type TextElement } from './element.ts'
import { textRow } from './input.ts'
import type { LoopWriter } from './loop-writer.ts'
import { partsOf, splitBy } from './lower-splits.ts'
import { testText } from './lower-texts.ts'
import { all, type Scope } from './scope.ts'

type Method = Extract<Expression, { op: 'method' }>

/** Methods of strings that are given texts and whole numbers, by what they give. */
const GIVES: ReadonlyMap<string, 'string' | 'number' | 'boolean' | 'value'> = new Map([
  ...['trim', 'trimStart', 'trimEnd', 'toLowerCase', 'toUpperCase', 'slice', 'substring']
    .concat('charAt', 'concat', 'toString')
    .map(name => [name, 'string'] as const),
  ...['charCodeAt', 'indexOf'].map(name => [name, 'number'] as const),
  ...['startsWith', 'endsWith', 'includes'].map(name => [name, 'boolean'] as const),
  ['at', 'value'] as const,
])

export function lowerMethod(expression: Method, scope: Scope): Element | undefined {
  const { name, of } = expression
  const { w } = scope
  if (name === 'test') return testPattern(expression, scope)
  const text = scope.lower(of)
  if (text === undefined) return undefined
  if (text.kind === 'number' && name === 'toString' && expression.arguments.length === 0) {
    return { kind: 'concat', parts: [text] }
  }
  if (!isText(text)) return undefined
  if (name === 'split') return split(expression, text, scope)
  const args = all(expression.arguments, scope)
  if (args === undefined || !args.every(isPlain)) return undefined
  if (text.kind === 'text') {
    const bytes = onBytes(name, text, args, w)
    if (bytes !== undefined) return bytes
  }
  const gives = GIVES.get(name)
  if (gives === undefined) return undefined
  const code = `${receiver(text, w)}.${name}(${args.map(arg => asJs(arg, w)).join(', ')})`
  if (gives === 'value') return plainValue(code)
  return { kind: gives, code }
}

/** Arguments that no method of strings runs code for. */
function isPlain(element: Element): boolean {
  return isText(element) || element.kind === 'number'
}

function receiver(text: Element, w: LoopWriter): string {
  return w.bind(asJs(text, w))
}

/** Methods that need no string, only bytes. */
function onBytes(
  name: string,
  text: TextElement,
  args: readonly Element[],
  w: LoopWriter,
): Element | undefined {
  const [first, second] = args
  switch (name) {
    case 'startsWith':
    case 'endsWith':
    case 'includes': {
      if (args.length !== 1 || first?.kind !== 'string' || first.literal === undefined)
        return undefined
      const code = testText(name, text, first.literal, w)
      return code === undefined ? undefined : { kind: 'boolean', code }
    }
    case 'toLowerCase':
    case 'toUpperCase':
      return args.length === 0 ? cased(name, text, w) : undefined
    case 'trim':
    case 'trimStart':
    case 'trimEnd':
      return text.isAscii && args.length === 0 ? trimmed(name, text, w) : undefined
    case 'slice':
    case 'substring':
      return text.isAscii ? sliced(name, text, [first, second], w) : undefined
    case 'charCodeAt': {
      if (!text.isAscii || first?.kind !== 'number' || first.literal !== 0) return undefined
      const bytes = w.once(`${text.column}.bytes`)
      return {
        kind: 'number',
        code: `(${text.length} === 0 ? NaN : ${bytes}[${text.start}])`,
      }
    }
    default:
      return undefined
  }
}

/** The whole column at once: a column of its own. */
function cased(
  name: 'toLowerCase' | 'toUpperCase',
  text: TextElement,
  w: LoopWriter,
): Element | undefined {
  if (!text.isAscii || !text.isRow) return undefined
  const column = w.once(`h.cased(${text.column}, '${name === 'toLowerCase' ? 'lower' : 'upper'}')`)
  return textRow(column, true, w)
}

function trimmed(name: string, text: TextElement, w: LoopWriter): Element {
  const bytes = w.once(`${text.column}.bytes`)
  let { start, length } = text
  if (name !== 'trimEnd') {
    const skipped = w.bind(`h.spacesBefore(${bytes}, ${start}, ${length})`)
    start = w.bind(`${start} + ${skipped}`)
    length = w.bind(`${length} - ${skipped}`)
  }
  if (name !== 'trimStart') {
    length = w.bind(`${length} - h.spacesBehind(${bytes}, ${start}, ${length})`)
  }
  return { ...text, start, length, isRow: false }
}

/** With literal whole numbers alone: what others mean is decided at run time. */
function sliced(
  name: 'slice' | 'substring',
  text: TextElement,
  args: readonly (Element | undefined)[],
  w: LoopWriter,
): Element | undefined {
  const places: (number | undefined)[] = []
  for (const arg of args) {
    if (arg === undefined) places.push(undefined)
    else if (arg.kind === 'number' && Number.isInteger(arg.literal)) places.push(arg.literal)
    else return undefined
  }
  let [from = 0, to] = places
  const { length } = text
  if (name === 'substring') {
    from = Math.max(from, 0)
    if (to !== undefined) [from, to] = [Math.min(from, to), Math.max(from, to, 0)]
    from = Math.max(from, 0)
  }
  const place = (at: number): string =>
    at < 0 ? `Math.max(${length} + ${at}, 0)` : `Math.min(${at}, ${length})`
  const first = w.bind(place(from))
  const last = to === undefined ? length : w.bind(place(to))
  return {
    ...text,
    start: w.bind(`${text.start} + ${first}`),
    length: w.bind(`Math.max(${last} - ${first}, 0)`),
    isRow: false,
  }
}

/** An array that is made when somebody wants it whole. What gives all parts of a whole column at once stands in splitting.ts. */
function split(expression: Method, text: Element, scope: Scope): Element | undefined {
  const [separator, limit] = expression.arguments
  if (separator === undefined || limit !== undefined) return undefined
  const { w } = scope
  const known = text.kind === 'text' ? splitBy(separator) : undefined
  if (known !== undefined && text.kind === 'text') {
    const by =
      separator.op === 'pattern' ? patternOf(separator, w) : JSON.stringify(known.separator)
    const parts = partsOf(text, known, `${receiver(text, w)}.split(${by})`, w)
    if (parts !== undefined) return parts
  }
  if (separator.op === 'pattern') {
    const pattern = patternOf(separator, w)
    return pattern === undefined
      ? undefined
      : plainValue(w.make(`${receiver(text, w)}.split(${pattern})`), true)
  }
  const by = scope.lower(separator)
  if (by === undefined || !isText(by)) return undefined
  return plainValue(w.make(`${receiver(text, w)}.split(${asJs(by, w)})`), true)
}

function testPattern(expression: Method, scope: Scope): Element | undefined {
  const { of } = expression
  const [argument] = expression.arguments
  if (of.op !== 'pattern' || argument === undefined) return undefined
  const text = scope.lower(argument)
  const pattern = patternOf(of, scope.w)
  if (text === undefined || pattern === undefined || !isText(text)) return undefined
  return { kind: 'boolean', code: `${pattern}.test(${asJs(text, scope.w)})` }
}

/** A pattern that remembers nothing from one text to the next. */
function patternOf(
  { source, flags }: Extract<Expression, { op: 'pattern' }>,
  w: LoopWriter,
): string | undefined {
  if (/[gy]/.test(flags)) return undefined
  return w.once(`new RegExp(${JSON.stringify(source)}, ${JSON.stringify(flags)})`)
}
