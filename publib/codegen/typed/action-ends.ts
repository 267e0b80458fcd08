import type { Action, Aggregate, ComputeContext, Foreach, Reduce } from '#publib/lineage'
import { copyValue } from '#publib/util'
import type { EndState } from './open-chain.ts'
import { toReduce } from './reduce-sink.ts'
import { type TypedSink, toAggregate, toCount, toForeach, toSum } from './sinks.ts'

/** An action as the end of a typed loop: its own `run` says what it means. */
export interface ActionEnd {
  readonly sink: TypedSink
  /** What is gathered, at the start of a partition. */
  state(context: ComputeContext): EndState
  /** The action's result. */
  result(state: EndState): unknown
}

/** The end of a loop that an action is; undefined for one that reads columns, or rows, itself. */
export function actionEnd(action: Action<unknown, unknown>): ActionEnd | undefined {
  switch (action.tag) {
    case 'count':
      return { sink: toCount, state: zero, result: plainValue }
    case 'sum':
      return { sink: toSum, state: zero, result: plainValue }
    case 'foreach': {
      const { f } = action as Foreach<unknown>
      return { sink: toForeach(f), state: () => ({}), result: () => null }
    }
    case 'reduce': {
      const { f } = action as Reduce<unknown>
      return {
        sink: toReduce(f),
        state: () => ({ value: undefined, isEmpty: true }),
        result: ({ value, isEmpty }) => (isEmpty ? [] : [value]),
      }
    }
    case 'aggregate': {
      const { zero: root, add } = action as unknown as Aggregate<unknown, unknown>
      return {
        sink: toAggregate(add),
        state: context => ({ value: copyValue(context.root(root)) }),
        result: plainValue,
      }
    }
    default:
      return undefined
  }
}

const zero = (): EndState => ({ value: 0 })
const plainValue = ({ value }: EndState): unknown => value
