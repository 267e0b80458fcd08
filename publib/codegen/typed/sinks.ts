import type { Root } from '#publib/lineage'
import { EMIT_RECORDS } from '#publib/lineage/tasks'
import { refusal } from '../step.ts'
import { asJs, handOver } from './as-js.ts'
import { type Element, isText } from './element.ts'
import { GATHERED_ROWS } from './leaf-kinds.ts'
import { type Gathering, gather, joinGatherings, type Plain } from './leaves.ts'
import type { LoopWriter } from './loop-writer.ts'
import { asPair, type Callee } from './steps.ts'

/** What takes the elements at the end of a typed loop. Its state, `s` in the text, goes from batch to batch. */
export interface TypedSink {
  readonly tag: string
  readonly roots: readonly Root[]
  /** Writes what is done with each element; gives what stands in front of the loop and behind it. */
  write(element: Element, callees: readonly Callee[], w: LoopWriter): Ends
}

export interface Ends {
  readonly begin: string
  readonly end: string
}

/** How columns leave a loop: a call, or what a generator yields. */
export type Way = 'push' | 'pull'

/** Columns of the elements. */
export function toColumns(way: Way, plain: Plain, tag: string): TypedSink {
  return {
    ...{ tag: `${tag} (${way})`, roots: [] },
    write: (element, _, w) => {
      const gathering = gather(element, w, plain)
      return gathered(gathering, way, w)
    },
  }
}

/** Columns of keys and of values, side by side. */
export function toPairs(plainValues: Plain): TypedSink {
  return {
    ...{ tag: `pairs (${plainValues})`, roots: [] },
    write: (element, _, w) => {
      const [key, value] = asPair(element, name => `h.notAPairToShuffle(${name})`, w)
      if (plainValues === 'detected' && isSame(key, value)) {
        const gathering = gather(key, w, plainValues)
        const column = `...h.twice(${gathering.column})`
        return gathered(joinGatherings([gathering], column), 'push', w)
      }
      const parts = [gather(key, w, 'detected'), gather(value, w, plainValues)]
      const columns = parts.map(({ column }) => column).join(', ')
      return gathered(joinGatherings(parts, columns), 'push', w)
    },
  }
}

/** Whether both are made by the same text, and so are the same. */
function isSame(a: Element, b: Element): boolean {
  return a === b || (isText(a) && isText(b) && JSON.stringify(a) === JSON.stringify(b))
}

function gathered({ column, restart, isHeavy }: Gathering, way: Way, w: LoopWriter): Ends {
  const begin = 'let n = 0\n'
  if (w.isAligned && w.isEmpty) return { begin, end: given(`n = rows\n`, column, way, false) }
  if (!w.multiplies) {
    w.line('n++')
    return { begin, end: given('', column, way, false) }
  }
  const isFull = [`++n === ${GATHERED_ROWS}`, ...(isHeavy === '' ? [] : [isHeavy])].join(' || ')
  w.line(`if (${isFull}) { ${way === 'pull' ? 'yield' : 's.take('}${way === 'pull' ? ` ${column}` : `${column})`}
n = 0
${restart}}`)
  return { begin, end: given('', column, way, true) }
}

function given(before: string, column: string, way: Way, multiplies: boolean): string {
  if (way === 'push') return `${before}if (n > 0) s.take(${column})\n`
  return `${before}if (n > 0) ${multiplies ? 'yield' : 'return'} ${column}\n`
}

/** The elements as arrays of values. */
export const toRows: TypedSink = {
  ...{ tag: 'rows', roots: [] },
  write: (element, _, w) => {
    const value = asJs(element, w)
    if (!w.multiplies) {
      w.line(`out.push(${value})`)
      return { begin: 'const out = []\n', end: 'if (out.length > 0) return out\n' }
    }
    w.line(`if (out.push(${value}) === ${EMIT_RECORDS}) { yield out; out = [] }`)
    return { begin: 'let out = []\n', end: 'if (out.length > 0) yield out\n' }
  },
}

const kept = { begin: 'let value = s.value\n', end: 's.value = value\n' }

export const toCount: TypedSink = {
  ...{ tag: 'count', roots: [] },
  write: (_, __, w) => {
    if (w.isAligned && w.isEmpty) return { begin: '', end: 's.value += rows\n' }
    w.line('value++')
    return kept
  },
}

export const toSum: TypedSink = {
  ...{ tag: 'sum', roots: [] },
  write: (element, _, w) => {
    if (element.kind === 'number') w.line(`value += ${element.code}`)
    else {
      const value = w.bind(asJs(element, w))
      w.line(`if (typeof ${value} !== 'number') throw h.notANumber('sum()', ${value})
value += ${value}`)
    }
    return kept
  },
}

export function toForeach(root: Root): TypedSink {
  return {
    ...{ tag: 'foreach', roots: [root] },
    write: (element, [callee], w) => {
      const given = w.make(`${callee!.f}(${handOver(element, w).name})`)
      w.line(refusal(given, callee!.r))
      return { begin: '', end: '' }
    },
  }
}

export function toAggregate(root: Root): TypedSink {
  return {
    ...{ tag: 'aggregate', roots: [root] },
    write: (element, [callee], w) => {
      const { name } = handOver(element, w)
      w.line(`value = ${callee!.f}(value, ${name})\n${refusal('value', callee!.r)}`)
      return kept
    },
  }
}
