import { type Aggregator, GROUP_VALUES, keepFirst, valueAsCombiner } from '#publib/shuffle'
import { copyValue } from '#publib/util'
import { HyperLogLog } from './hyper-log-log.ts'
import type { Fields } from './lineage.ts'
import { refusePromise } from './results.ts'
import type { Root } from './root.ts'

type AnyAggregator = Aggregator<unknown, unknown, unknown>
type Merge = (a: unknown, b: unknown) => unknown

/** What becomes of the values of a key, as something that can travel. */
export interface Combining {
  readonly kind: 'none' | 'group' | 'first' | 'reduce' | 'combine' | 'aggregate' | 'sketch'
  readonly roots: readonly Root[]
  /** Of a sketch. */
  readonly precision?: number
}

/** Records pass as they are. */
export const NO_COMBINING: Combining = { kind: 'none', roots: [] }
/** A Group of all values. */
export const GROUPING: Combining = { kind: 'group', roots: [] }
/** The first value met: keys alone matter. */
export const KEEP_FIRST: Combining = { kind: 'first', roots: [] }

/** The registers of a HyperLogLog that has seen the values. */
export function sketching(precision: number): Combining {
  return { kind: 'sketch', roots: [], precision }
}

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
  const { kind, precision } = combining
  return precision === undefined ? { kind } : { kind, precision }
}

export function decodeCombining(fields: Fields, roots: readonly Root[]): Combining {
  const kind = fields['kind'] as Combining['kind']
  const precision = fields['precision'] as number | undefined
  return precision === undefined ? { kind, roots } : { kind, roots, precision }
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
    case 'sketch':
      return sketchAggregator(combining.precision!)
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

function sketchAggregator(precision: number): AnyAggregator {
  const add = (registers: unknown, value: unknown): unknown => {
    new HyperLogLog(precision, registers as Uint8Array).add(value)
    return registers
  }
  return {
    createCombiner: value => add(new Uint8Array(2 ** precision), value),
    mergeValue: add,
    mergeCombiners: (a, b) => {
      // One that was read may be a view of what others read, too.
      const merged = new HyperLogLog(precision, new Uint8Array(a as Uint8Array))
      merged.merge({ registers: b as Uint8Array })
      return merged.registers
    },
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
