import type { Root } from '#publib/lineage'
import { refusal } from '../step.ts'
import { asJs, handOver } from './as-js.ts'
import type { Element } from './element.ts'
import type { LoopWriter } from './loop-writer.ts'
import { lowerFunction } from './lower.ts'
import type { Ends, TypedSink } from './sinks.ts'
import type { Callee } from './steps.ts'

/** One value of all; its function is written out where it makes numbers of numbers, whatever they stand in. */
export function toReduce(root: Root): TypedSink {
  return {
    ...{ tag: 'reduce', roots: [root] },
    write: (element, [callee], w) => written(element, callee!, w) ?? called(element, callee!, w),
  }
}

function called(element: Element, { f, r }: Callee, w: LoopWriter): Ends {
  const { name } = handOver(element, w)
  w.line(`value = isEmpty ? ${name} : ${f}(value, ${name})
isEmpty = false
${refusal('value', r)}`)
  return {
    begin: 'let value = s.value, isEmpty = s.isEmpty\n',
    end: 's.value = value\ns.isEmpty = isEmpty\n',
  }
}

/**
 * What was reduced so far stands in variables, one for each number of it. Where another loop has left something else, the
 * function is called.
 */
function written(element: Element, { f, r, root }: Callee, w: LoopWriter): Ends | undefined {
  const numbers: string[] = []
  const held = variablesOf(element, numbers)
  if (held === undefined || numbers.length === 0) return undefined
  const reduced = lowerFunction(root.shape, [held, element], w)
  const results = reduced && partsLike(reduced, held)
  const firsts = partsLike(element, held)
  if (results === undefined || firsts === undefined) return undefined
  const set = (parts: readonly string[]): string => {
    const next = parts.map(part => w.bind(part))
    return numbers.map((name, i) => `${name} = ${next[i]}`).join('; ')
  }
  const steps = [set(results), set(firsts)]
  const whole = asJs(element, w)
  w.line(`if (!fits) {
value = ${f}(value, ${whole})
${refusal('value', r)}} else if (isEmpty) { isEmpty = false; ${steps[1]} }
else { ${steps[0]} }`)
  return {
    begin: `let value = s.value, isEmpty = s.isEmpty, ${numbers.map(name => `${name} = 0`).join(', ')}
const fits = isEmpty || (${test(held, 'value')})
if (fits && !isEmpty) { ${load(held, 'value')} }\n`,
    end: `if (fits && !isEmpty) value = ${asJs(held, w)}
s.value = value
s.isEmpty = isEmpty\n`,
  }
}

/** The same element, each number in a variable; undefined where there is anything but numbers. */
function variablesOf(element: Element, names: string[]): Element | undefined {
  switch (element.kind) {
    case 'number': {
      const name = `a${names.length}`
      names.push(name)
      return { kind: 'number', code: name }
    }
    case 'tuple': {
      const items = element.items.map(item => variablesOf(item, names))
      return items.includes(undefined) ? undefined : { kind: 'tuple', items: items as Element[] }
    }
    case 'record': {
      const values = element.values.map(value => variablesOf(value, names))
      if (values.includes(undefined)) return undefined
      return { kind: 'record', keys: element.keys, values: values as Element[] }
    }
    default:
      return undefined
  }
}

/** The numbers of an element that is built as `held` is; undefined where it is not. */
function partsLike(element: Element, held: Element): readonly string[] | undefined {
  if (held.kind === 'number') return element.kind === 'number' ? [element.code] : undefined
  if (held.kind === 'tuple' && element.kind === 'tuple') {
    return element.items.length === held.items.length
      ? joined(element.items, held.items)
      : undefined
  }
  if (held.kind === 'record' && element.kind === 'record') {
    return `${element.keys}` === `${held.keys}` ? joined(element.values, held.values) : undefined
  }
  return undefined
}

function joined(
  elements: readonly Element[],
  held: readonly Element[],
): readonly string[] | undefined {
  const parts: string[] = []
  for (const [i, element] of elements.entries()) {
    const some = partsLike(element, held[i]!)
    if (some === undefined) return undefined
    parts.push(...some)
  }
  return parts
}

/** A condition: whether the value that `code` gives is built so. */
function test(held: Element, code: string): string {
  if (held.kind === 'tuple') {
    const { length } = held.items
    const items = held.items.map((item, i) => test(item, `${code}[${i}]`))
    return [`Array.isArray(${code}) && ${code}.length === ${length}`, ...items].join(' && ')
  }
  if (held.kind === 'record') {
    const keys = JSON.stringify(held.keys.join())
    const values = held.values.map((value, i) => test(value, fieldOf(code, held.keys[i]!)))
    const isRecord = `typeof ${code} === 'object' && ${code} !== null`
    return [isRecord, `Object.keys(${code}).join() === ${keys}`, ...values].join(' && ')
  }
  return `typeof ${code} === 'number'`
}

/** Statements that take the numbers out of the value. */
function load(held: Element, code: string): string {
  switch (held.kind) {
    case 'tuple':
      return held.items.map((item, i) => load(item, `${code}[${i}]`)).join('; ')
    case 'record':
      return held.values.map((value, i) => load(value, fieldOf(code, held.keys[i]!))).join('; ')
    case 'number':
      return `${held.code} = ${code}`
    default:
      return ''
  }
}

function fieldOf(code: string, key: string): string {
  return `${code}[${JSON.stringify(key)}]`
}
