import type {
  FlatMapElements,
  FlatMapValues,
  KeyBy,
  Lineage,
  MapElements,
  MapValues,
  Root,
  Spread,
} from '#publib/lineage'
import { mixSeed } from '#publib/util'
import { asPair, asValue, forEachOf, ofOperation, refusal, type Step, valueNamed } from './step.ts'

type Write = Step['write']

/** Operators of one function `f`; the operator's own `compute` says what each means. */
const withFunction: Readonly<Record<string, Write>> = {
  map: (element, names, next) =>
    asValue(element, names, x => {
      const y = names.fresh()
      return `const ${y} = ${names.fn(0)}(${x})\n${refusal(y, names.root(0))}${next(valueNamed(y))}`
    }),
  filter: (element, names, next) =>
    asValue(element, names, x => {
      const kept = names.fresh()
      const isPair = element.kind === 'pair' || element.isPair
      return `const ${kept} = ${names.fn(0)}(${x})
${refusal(kept, names.root(0))}if (${kept}) {
${next(valueNamed(x, isPair))}}
`
    }),
  flatMap: (element, names, next) =>
    asValue(element, names, x => {
      const result = names.fresh()
      const each = (item: string) => next(valueNamed(item))
      return `const ${result} = ${names.fn(0)}(${x})\n${forEachOf(result, names.root(0), names, each)}`
    }),
  keyBy: (element, names, next) =>
    asValue(element, names, x => {
      const key = names.fresh()
      const call = `const ${key} = ${names.fn(0)}(${x})\n${refusal(key, names.root(0))}`
      return call + next({ kind: 'pair', key, value: x })
    }),
  mapValues: (element, names, next) =>
    asPair(element, ofOperation('mapValues()'), names, (key, x) => {
      const value = names.fresh()
      const call = `const ${value} = ${names.fn(0)}(${x})\n${refusal(value, names.root(0))}`
      return call + next({ kind: 'pair', key, value })
    }),
  flatMapValues: (element, names, next) =>
    asPair(element, ofOperation('flatMapValues()'), names, (key, x) => {
      const result = names.fresh()
      const each = (value: string) => next({ kind: 'pair', key, value })
      return `const ${result} = ${names.fn(0)}(${x})\n${forEachOf(result, names.root(0), names, each)}`
    }),
}

/** Operators without a function. */
const alone: Readonly<Record<string, Write>> = {
  keys: (element, names, next) =>
    asPair(element, ofOperation('keys()'), names, key => next(valueNamed(key))),
  values: (element, names, next) =>
    asPair(element, ofOperation('values()'), names, (_, value) => next(valueNamed(value))),
  asKeys: (element, names, next) =>
    asValue(element, names, x => next({ kind: 'pair', key: x, value: 'null' })),
  spread: (element, names, next) =>
    asValue(element, names, x => {
      const place = names.fresh()
      const pair = next({ kind: 'pair', key: place, value: x })
      return `const ${place} = ${names.state}.next()\n${pair}`
    }),
}

/** The step that an operator is; undefined for one that has no loop. */
export function stepOf(lineage: Lineage<unknown>): Step | undefined {
  const { tag, id } = lineage
  const write = withFunction[tag] ?? alone[tag]
  if (write === undefined) return undefined
  const { parent } = lineage as WithFunction
  const roots: readonly Root[] = tag in withFunction ? [(lineage as WithFunction).f] : []
  const multiplies = tag === 'flatMap' || tag === 'flatMapValues'
  return { id, tag, parent, roots, state: stateOf(lineage), multiplies, write }
}

function stateOf(lineage: Lineage<unknown>): Step['state'] {
  if (lineage.tag !== 'spread') return undefined
  const { count } = lineage as Spread<unknown>
  return partition => new Turns(count, partition)
}

/** The numbers of partitions in turn, as Spread gives them out. */
class Turns {
  readonly #count: number
  #place: number

  constructor(count: number, partition: number) {
    this.#count = count
    this.#place = mixSeed(count, partition) % count
  }

  next(): number {
    const place = this.#place
    this.#place = place + 1 === this.#count ? 0 : place + 1
    return place
  }
}

type WithFunction =
  | MapElements<unknown, unknown>
  | FlatMapElements<unknown, unknown>
  | MapValues<unknown, unknown, unknown>
  | FlatMapValues<unknown, unknown, unknown>
  | KeyBy<unknown, unknown>
