import type { Action, Aggregate, ComputeContext, Foreach, Reduce } from '#publib/lineage'
import { copyValue } from '#publib/util'
import type { Sink } from './sink.ts'
import { asValue, refusal } from './step.ts'

/** An action as the end of a loop: its own `run` says what it means. */
export interface ActionSink extends Sink {
  /** What is gathered, at the start of a partition. */
  state(context: ComputeContext): GatheredState
  /** The action's result. */
  result(state: GatheredState): unknown
}

/** What the actions below gather. */
export interface GatheredState {
  value: unknown
  isEmpty?: boolean
}

const text = { begin: 'let value = s.value\n', end: 's.value = value\n', yields: false }

function count(): ActionSink {
  return {
    ...{ ...text, tag: 'count', roots: [] },
    write: () => 'value++\n',
    state: () => ({ value: 0 }),
    result: ({ value }) => value,
  }
}

function sum(): ActionSink {
  return {
    ...{ ...text, tag: 'sum', roots: [] },
    write: (element, names) =>
      asValue(
        element,
        names,
        x => `if (typeof ${x} !== 'number') throw h.notANumber('sum()', ${x})\nvalue += ${x}\n`,
      ),
    state: () => ({ value: 0 }),
    result: ({ value }) => value,
  }
}

function collect(): ActionSink {
  return {
    ...{ ...text, tag: 'collect', roots: [] },
    write: (element, names) => asValue(element, names, x => `value.push(${x})\n`),
    state: () => ({ value: [] }),
    result: ({ value }) => value,
  }
}

function foreach({ f }: Foreach<unknown>): ActionSink {
  return {
    ...{ ...text, tag: 'foreach', roots: [f] },
    write: (element, names) =>
      asValue(element, names, x => {
        const given = names.fresh()
        return `const ${given} = ${names.fn(0)}(${x})\n${refusal(given, names.root(0))}`
      }),
    state: () => ({ value: null }),
    result: () => null,
  }
}

function reduce({ f }: Reduce<unknown>): ActionSink {
  return {
    ...{ tag: 'reduce', roots: [f], yields: false },
    begin: 'let value = s.value, isEmpty = s.isEmpty\n',
    write: (element, names) =>
      asValue(element, names, x => {
        const joined = `value = isEmpty ? ${x} : ${names.fn(0)}(value, ${x})\nisEmpty = false\n`
        return joined + refusal('value', names.root(0))
      }),
    end: 's.value = value\ns.isEmpty = isEmpty\n',
    state: () => ({ value: undefined, isEmpty: true }),
    result: ({ value, isEmpty }) => (isEmpty ? [] : [value]),
  }
}

function aggregate({ zero, add }: Aggregate<unknown, unknown>): ActionSink {
  return {
    ...{ ...text, tag: 'aggregate', roots: [add] },
    write: (element, names) =>
      asValue(
        element,
        names,
        x => `value = ${names.fn(0)}(value, ${x})\n${refusal('value', names.root(0))}`,
      ),
    state: context => ({ value: copyValue(context.root(zero)) }),
    result: ({ value }) => value,
  }
}

/** The end of a loop that an action is; undefined for one that reads batches itself. */
export function actionSink(action: Action<unknown, unknown>): ActionSink | undefined {
  switch (action.tag) {
    case 'count':
      return count()
    case 'sum':
      return sum()
    case 'collect':
      return collect()
    case 'foreach':
      return foreach(action as Foreach<unknown>)
    case 'reduce':
      return reduce(action as Reduce<unknown>)
    case 'aggregate':
      return aggregate(action as unknown as Aggregate<unknown, unknown>)
    default:
      return undefined
  }
}
