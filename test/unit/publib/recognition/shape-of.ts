import { capture } from '#publib/closure'
import { type FunctionShape, type Recognition, recognise } from '#publib/recognition'

type AnyFunction = (...given: never[]) => unknown

/** What is found out about functions of one capture. */
export function recognised(fns: readonly AnyFunction[]): Recognition[] {
  return capture(fns.map(fn => ({ fn, operation: 'map()' }))).values.map(value => recognise(value))
}

export function shapeOf(fn: AnyFunction): FunctionShape {
  const { shape, why } = recognised([fn])[0]!
  if (shape === undefined) throw new Error(`${fn} ${why()}`)
  return shape
}

/** Why a function has no shape, without the places. */
export function whyNot(fn: AnyFunction): string {
  const { why } = recognised([fn])[0]!
  return why === undefined ? 'it is simple' : why().replace(/ \([^()]*:\d+:\d+\)/g, '')
}
