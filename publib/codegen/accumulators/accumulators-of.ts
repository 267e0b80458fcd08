import type { Column } from '#publib/columnar'
import type { Combining, Root } from '#publib/lineage'
import type { FunctionShape } from '#publib/recognition'
import type { Accumulators, Aggregator } from '#publib/shuffle'
import { leavesOf } from './layout.ts'
import { type MergeShapes, valueProgram } from './merge-program.ts'
import { constantValue, functionText } from './number-text.ts'
import { programsOf, reduceShapes, TypedAccumulators } from './typed-accumulators.ts'

/**
 * What makes accumulators for a combining whose functions have shapes; undefined where they have none, or where they could
 * not be arithmetic whatever they are given. `aggregator` is the combining's own.
 */
export function accumulatorsOf(
  { kind, roots }: Combining,
  aggregator: Aggregator<never, never, unknown>,
): (() => Accumulators) | undefined {
  const shapes = shapesOf({ kind, roots })
  return shapes && (() => new TypedAccumulators(programsOf(shapes), aggregator))
}

/** Whether values like those of a column would be combined by arithmetic alone. */
export function areNumbersFor(combining: Combining, values: Column): boolean {
  const shapes = shapesOf(combining)
  const found = leavesOf(values)
  return (
    shapes !== undefined && found !== undefined && valueProgram(shapes, found.layout) !== undefined
  )
}

function shapesOf({ kind, roots }: Combining): MergeShapes | undefined {
  const [first, second, third] = roots
  if (kind === 'reduce') return first?.shape && reduceShapes(first.shape)
  if (kind !== 'combine' && kind !== 'aggregate') return undefined
  const mergeValue = second?.shape
  const mergeCombiners = third?.shape
  if (!first || !mergeValue || !mergeCombiners) return undefined
  const creation = kind === 'combine' ? byFunction(first.shape) : byZero(first, mergeValue)
  if (creation === undefined) return undefined
  return { ...creation, mergeValue, mergeCombiners }
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
