import type { Combining, Root } from '#publib/lineage'
import type { FunctionShape } from '#publib/recognition'
import type { Accumulators, Aggregator } from '#publib/shuffle'
import type { MergeShapes } from './merge-program.ts'
import { constantValue, functionText } from './number-text.ts'
import { programsOf, TypedAccumulators, typedAccumulators } from './typed-accumulators.ts'

/**
 * What makes accumulators for a combining whose functions have shapes; undefined where they have none, or where they could
 * not be arithmetic whatever they are given. `aggregator` is the combining's own.
 */
export function accumulatorsOf(
  { kind, roots }: Combining,
  aggregator: Aggregator<never, never, unknown>,
): (() => Accumulators) | undefined {
  const [first, second, third] = roots
  if (kind === 'reduce') {
    const shape = first?.shape
    return shape && (() => typedAccumulators(shape, aggregator))
  }
  if (kind !== 'combine' && kind !== 'aggregate') return undefined
  const mergeValue = second?.shape
  const mergeCombiners = third?.shape
  if (!first || !mergeValue || !mergeCombiners) return undefined
  const creation = kind === 'combine' ? byFunction(first.shape) : byZero(first, mergeValue)
  if (creation === undefined) return undefined
  const shapes: MergeShapes = { ...creation, mergeValue, mergeCombiners }
  return () => new TypedAccumulators(programsOf(shapes), aggregator)
}

type Creation = Pick<MergeShapes, 'create' | 'createdBy'>

function byFunction(create: FunctionShape | undefined): Creation | undefined {
  return create && { create: value => functionText(create, [value], 'c'), createdBy: create }
}

function byZero({ value }: Root, add: FunctionShape): Creation | undefined {
  const zero = constantValue(value)
  return (
    zero && {
      create: given => functionText(add, [zero, given], 'c'),
      createdBy: JSON.stringify(zero),
    }
  )
}
