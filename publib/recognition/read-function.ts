import { ABSENT } from './making.ts'
import { notSimple } from './obstacle.ts'
import { bindPattern } from './patterns.ts'
import type { Frame, Reading } from './reading.ts'
import type { Expression } from './shape.ts'
import { readBody } from './statements.ts'

/** More parameters than that no operation gives. */
const PARAMETERS_MAX = 8

/** What a function gives for its arguments. @throws NotSimple */
export function readFunction(
  reading: Reading,
  frame: Frame,
  argument: (place: number) => Expression,
): Expression {
  const { tree } = frame
  if (tree === undefined) throw notSimple('is too long', { start: 0 })
  if (tree.async) throw notSimple('is asynchronous', tree)
  if (tree.generator) throw notSimple('is a generator', tree)
  if (tree.params.length > PARAMETERS_MAX) throw notSimple('has many parameters', tree)
  const { body, params } = tree
  return reading.within(tree, () => {
    params.forEach((parameter, place) => {
      bindPattern(reading, frame, parameter, argument(place), false)
    })
    if (body.type !== 'BlockStatement') return reading.value(frame, body)
    return readBody(reading, frame, body.body) ?? ABSENT
  })
}
