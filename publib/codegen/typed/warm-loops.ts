import type { Column } from '#publib/columnar'
import type { Root } from '#publib/lineage'
import type { LeafBuffer } from './leaf-buffers.ts'
import type { TypedHelpers } from './typed-helpers.ts'

/** A compiled loop: called with each column of its signature. Gives a column, rows, nothing, or a generator of such. */
export type TypedFunction = (
  column: Column,
  functions: readonly unknown[],
  roots: readonly Root[],
  states: readonly unknown[],
  helpers: TypedHelpers,
  gathered: unknown,
  leaves: readonly LeafBuffer[],
) => unknown

/** Stands in the text of a loop for its name. */
export const NAME = 'simspark:/publib/codegen/loop'

/** So many are kept, the latest used. */
const LOOPS_MAX = 256
const loops = new Map<string, TypedFunction>()
const textOf = Function.prototype.toString
const { apply } = Reflect

/**
 * The loop of a text for functions of these sources, compiled once in this thread: a program that goes round makes the same
 * stage of the same functions in each turn, and finds the loop optimised. Loops of equal text for other functions are apart,
 * for V8 would share what it learns of them.
 */
export function warmLoop(
  body: string,
  yields: boolean,
  functions: readonly unknown[],
  name: string,
): TypedFunction {
  const key = `${yields} ${body}${functions.map(sourceOf).join('\n//\n')}`
  const known = loops.get(key)
  const run = known ?? compiled(body.replaceAll(NAME, name), yields)
  loops.delete(key)
  loops.set(key, run)
  if (loops.size > LOOPS_MAX) {
    for (const oldest of loops.keys()) {
      loops.delete(oldest)
      break
    }
  }
  return run
}

function compiled(body: string, yields: boolean): TypedFunction {
  const text = `return function${yields ? '*' : ''} loop(c, f, r, v, h, s, l) {\n${body}}`
  return new Function(text)() as TypedFunction
}

function sourceOf(value: unknown): string {
  return typeof value === 'function' ? (apply(textOf, value, []) as string) : typeof value
}
