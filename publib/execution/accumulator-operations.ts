import { showValue } from '#publib/util'
import { accumulatorValue } from './errors.ts'

/** How an accumulator adds: what a task begins with, and how values and what two tasks have are joined. */
export interface AccumulatorOperations<In, State> {
  zero(): State
  /** May change and return `state`. */
  add(state: State, value: In, label: string): State
  merge(a: State, b: State): State
}

/** How `sc.accumulator(initial, param)` adds. */
export interface AccumulatorParam<V, In = V> {
  /** What a task begins with. */
  zero(initial: V): V
  /** May change and return its first argument. */
  addInPlace(accumulated: V, value: In): V
  /** Joins what two tasks have. Default: `addInPlace`, which then must take a `V`. */
  merge?(a: V, b: V): V
}

export const addNumbers: AccumulatorOperations<number, number> = {
  zero: () => 0,
  add: (state, value, label) => state + checkedNumber(value, label),
  merge: (a, b) => a + b,
}

/** Sum and count. */
export interface NumberState {
  sum: number
  count: number
}

export const addDoubles: AccumulatorOperations<number, NumberState> = {
  zero: () => ({ sum: 0, count: 0 }),
  add(state, value, label) {
    state.sum += checkedNumber(value, label)
    state.count += 1
    return state
  },
  merge: (a, b) => ({ sum: a.sum + b.sum, count: a.count + b.count }),
}

export const addLongs: AccumulatorOperations<number, NumberState> = {
  ...addDoubles,
  add(state, value, label) {
    if (!Number.isInteger(value)) throw accumulatorValue(label, 'whole numbers', showValue(value))
    return addDoubles.add(state, value, label)
  },
}

export const gather: AccumulatorOperations<unknown, unknown[]> = {
  zero: () => [],
  add(state, value) {
    state.push(value)
    return state
  },
  merge(a, b) {
    for (const value of b) a.push(value)
    return a
  },
}

export function operationsOf<V, In>(
  initial: V,
  param: AccumulatorParam<V, In>,
): AccumulatorOperations<In, V> {
  return {
    zero: () => param.zero(initial),
    add: (state, value) => param.addInPlace(state, value),
    merge: (a, b) => (param.merge ? param.merge(a, b) : param.addInPlace(a, b as never)),
  }
}

function checkedNumber(value: unknown, label: string): number {
  if (typeof value === 'number' && !Number.isNaN(value)) return value
  throw accumulatorValue(label, 'numbers', showValue(value))
}
