import type { Partitioner } from '#publib/shuffle'
import type { ActionOptions, Narrow } from '../options.ts'
import { type ArgumentPlace, invalidArgument } from './errors.ts'

/** The `preservesPartitioning` argument, or the options in its place. */
export function narrowOptions(
  place: ArgumentPlace,
  narrow: Narrow | undefined,
): { readonly keepsKeys: boolean; readonly name: string | undefined } {
  if (narrow === undefined || typeof narrow === 'boolean') {
    return { keepsKeys: narrow ?? false, name: undefined }
  }
  const { preservesPartitioning, name } = options(place, 'preservesPartitioning', narrow)
  return { keepsKeys: preservesPartitioning ?? false, name }
}

/** An options object, refused where something else stands in its place. */
export function options<O extends object>(
  place: ArgumentPlace,
  name: string,
  given: O | undefined,
): Partial<O> {
  if (given === undefined) return {}
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given)
  if (!isObject) throw invalidArgument(place, name, given, 'its value, or an object of options')
  return given
}

/** A whole number from `min` on. */
export function wholeNumber(
  place: ArgumentPlace,
  name: string,
  value: unknown,
  min: number,
): number {
  if (Number.isSafeInteger(value) && (value as number) >= min) return value as number
  throw invalidArgument(place, name, value, `a whole number of ${min} or more`)
}

/** A finite number. */
export function finiteNumber(place: ArgumentPlace, name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw invalidArgument(place, name, value, 'a finite number')
}

export function isPartitioner(value: unknown): value is Partitioner {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<Partitioner>).getPartition === 'function'
  )
}

/** The options of an action. */
export function actionOptions(
  place: ArgumentPlace,
  given: ActionOptions | undefined,
): ActionOptions {
  const { signal, onProgress } = options<ActionOptions>(place, 'options', given)
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalidArgument(place, 'signal', signal, 'an AbortSignal')
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw invalidArgument(place, 'onProgress', onProgress, 'a function')
  }
  return given ?? {}
}
