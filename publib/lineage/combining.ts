import { type Aggregator, GROUP_VALUES, keepFirst, valueAsCombiner } from '#publib/shuffle'
import { copyValue } from '#publib/util'
import type { Fields } from './lineage.ts'
import { refusePromise } from './results.ts'
import type { Root } from './root.ts'

type AnyAggregator = Aggregator<unknown, unknown, unknown>
type Merge = (a: unknown, b: unknown) => unknown

/** What becomes of the values of a key, as something that can travel. */
export interface Combining {
  readonly kind: 'none' | 'group' | 'first' | 'reduce' | 'combine' | 'aggregate'
  readonly roots: readonly Root[]
}

/** Records pass as they are. */
export const NO_COMBINING: Combining = { kind: 'none', roots: [] }
/** A Group of all values. */
export const GROUPING: Combining = { kind: 'group', roots: [] }
/** The first value met: keys alone matter. */
export const KEEP_FIRST: Combining = { kind: 'first', roots: [] }

/** `f(a, b)` joins two values. */
export function reducing(f: Root): Combining {
  return { kind: 'reduce', roots: [ofTwo(f)] }
}

/** The three functions of combineByKey. */
export function combining(create: Root, mergeValue: Root, mergeCombiners: Root): Combining {
  return { kind: 'combine', roots: [create, ofTwo(mergeValue), ofTwo(mergeCombiners)] }
}

/** A zero, fresh for each key, then the functions of aggregateByKey. */
export function aggregating(zero: Root, seqFunc: Root, combFunc: Root): Combining {
  return { kind: 'aggregate', roots: [zero, ofTwo(seqFunc), ofTwo(combFunc)] }
}

function ofTwo(f: Root): Root {
  return { ...f, argumentCount: 2 }
}

export function encodeCombining(combining: Combining): Fields {
  return { kind: combining.kind }
}

export function decodeCombining(fields: Fields, roots: readonly Root[]): Combining {
  return { kind: fields['kind'] as Combining['kind'], roots }
}

/** The aggregator that shuffles and local combination run. User functions get the arguments they are documented with, no more. */
export function aggregatorOf(
  combining: Combining,
): AnyAggregator | typeof GROUP_VALUES | undefined {
  const [first, second, third] = combining.roots
  switch (combining.kind) {
    case 'none':
      return undefined
    case 'group':
      return GROUP_VALUES
    case 'first':
      return { createCombiner: valueAsCombiner, mergeValue: keepFirst, mergeCombiners: keepFirst }
    case 'reduce': {
      const merge = guarded(first!)
      return { createCombiner: valueAsCombiner, mergeValue: merge, mergeCombiners: merge }
    }
    case 'combine': {
      const create = first!.value as (value: unknown) => unknown
      const createCombiner = (value: unknown): unknown => settled(create(value), first!)
      return {
        createCombiner,
        mergeValue: guarded(second!),
        mergeCombiners: guarded(third!),
      }
    }
    case 'aggregate': {
      const add = guarded(second!)
      const zero = first!.value
      const createCombiner = (value: unknown): unknown => add(copyValue(zero), value)
      return { createCombiner, mergeValue: add, mergeCombiners: guarded(third!) }
    }
  }
}

function guarded(root: Root): Merge {
  const merge = root.value as Merge
  return (a, b) => settled(merge(a, b), root)
}

function settled(value: unknown, root: Root): unknown {
  if (typeof value === 'object' && value !== null) refusePromise(value, root)
  return value
}
