import type { Element, TextElement } from './element.ts'
import type { LoopWriter } from './loop-writer.ts'

/** The element as an expression that gives its JavaScript value. Arrays and objects are made anew by each evaluation. */
export function asJs(element: Element, w: LoopWriter): string {
  switch (element.kind) {
    case 'absent':
      return element.value === null ? 'null' : 'undefined'
    case 'text':
      return stringOf(element, w)
    case 'maybe':
      return w.bind(`(${element.test} ? ${madeString(element.text, w)} : undefined)`)
    case 'parts':
      return w.bind(element.code)
    case 'concat':
      return joined(element.parts, w)
    case 'tuple':
      return `[${element.items.map(item => asJs(item, w)).join(', ')}]`
    case 'record': {
      const fields = element.values.map(
        (value, i) => `${JSON.stringify(element.keys[i])}: ${asJs(value, w)}`,
      )
      return `({ ${fields.join(', ')} })`
    }
    default:
      return element.code
  }
}

/** The same element, whose parts are variables: made once, whatever uses them. */
export function bound(element: Element, w: LoopWriter): Element {
  switch (element.kind) {
    case 'value':
    case 'number':
    case 'boolean':
    case 'string':
      return { ...element, code: w.bind(element.code) }
    case 'text':
      return { ...element, start: w.bind(element.start), length: w.bind(element.length) }
    case 'maybe':
      return { ...element, test: w.bind(element.test) }
    case 'concat':
      return { kind: 'concat', parts: element.parts.map(part => bound(part, w)) }
    case 'tuple':
      return { kind: 'tuple', items: element.items.map(item => bound(item, w)) }
    case 'record':
      return { ...element, values: element.values.map(value => bound(value, w)) }
    case 'parts':
    case 'absent':
      return element
  }
}

/**
 * A variable with the element's value for a user's function. What becomes of the element: an array or an object belongs to
 * the function from now on, and may be changed by it.
 */
export function handOver(element: Element, w: LoopWriter): { name: string; after: Element } {
  const { kind } = element
  if (kind === 'tuple' || kind === 'record') {
    const name = w.make(asJs(element, w))
    return { name, after: { kind: 'value', code: name, isArray: kind === 'tuple' } }
  }
  const name = w.bind(asJs(element, w))
  if (kind === 'parts') return { name, after: { kind: 'value', code: name, isArray: true } }
  if (kind !== 'value') return { name, after: element }
  return { name, after: { kind: 'value', code: name, isArray: element.isArray } }
}

function stringOf(element: TextElement, w: LoopWriter): string {
  const { column, isAscii, isRow } = element
  if (isRow && !isAscii) return w.bind(`${w.once(`h.values(${column})`)}[i]`)
  return w.bind(madeString(element, w))
}

/** An expression that makes the string of the bytes. */
function madeString({ column, start, length, isAscii }: TextElement, w: LoopWriter): string {
  if (!isAscii) return `h.string(${column}, ${start}, ${length})`
  const all = w.once(`h.latin1(${column})`)
  const offset = w.once(`h.offset(${column})`)
  const from = w.bind(`${w.bind(start)} - ${offset}`)
  return `${all}.slice(${from}, ${from} + ${length})`
}

/** As a template literal joins primitive values. */
function joined(parts: readonly Element[], w: LoopWriter): string {
  const [first] = parts
  const isTextFirst = first !== undefined && (first.kind === 'string' || first.kind === 'text')
  const codes = parts.map(part => asJs(part, w))
  return `(${[...(isTextFirst ? [] : ['""']), ...codes].join(' + ')})`
}
