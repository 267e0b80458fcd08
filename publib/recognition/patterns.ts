import { ABSENT, either } from './making.ts'
import { fieldOf } from './members.ts'
import { plainKey } from './names.ts'
import { notSimple } from './obstacle.ts'
import type { Frame, Node, Reading } from './reading.ts'
import type { Expression } from './shape.ts'

/** Gives the names of a pattern, which are new in the innermost block, their parts of `value`. @throws NotSimple */
export function bindPattern(
  reading: Reading,
  frame: Frame,
  pattern: Node,
  value: Expression,
  isConstant: boolean,
): void {
  const bind = (inner: Node, part: Expression): void =>
    reading.within(inner, () => bindPattern(reading, frame, inner, part, isConstant))
  switch (pattern.type) {
    case 'Identifier': {
      const held = reading.hold(value, pattern)
      frame.environment.declare(pattern.name, held, isConstant)
      return
    }
    case 'AssignmentPattern':
      bind(pattern.left, orDefault(reading, frame, pattern, value))
      return
    case 'ArrayPattern':
      bindArray(reading, pattern, reading.hold(value, pattern), bind)
      return
    case 'ObjectPattern':
      bindObject(reading, pattern, reading.hold(value, pattern), bind)
      return
    case 'RestElement':
      throw notSimple('gathers values with `...`', pattern)
    default:
      throw notSimple('assigns to something that is not a variable', pattern)
  }
}

type Bind = (inner: Node, part: Expression) => void

function bindArray(
  reading: Reading,
  pattern: Node<'ArrayPattern'>,
  of: Expression,
  bind: Bind,
): void {
  for (const name of ['array iteration', 'Array.prototype', 'Object.prototype']) {
    reading.intrinsics.add(name)
  }
  // It must be an array, whether something is taken from it or not.
  reading.checks.push({ op: 'item', of, index: 0, isTaken: true })
  pattern.elements.forEach((element, index) => {
    if (element !== null) bind(element, { op: 'item', of, index, isTaken: true })
  })
}

function bindObject(
  reading: Reading,
  pattern: Node<'ObjectPattern'>,
  of: Expression,
  bind: Bind,
): void {
  if (pattern.properties.length === 0) {
    throw notSimple('takes nothing out of an object', pattern)
  }
  for (const property of pattern.properties) {
    if (property.type === 'RestElement') throw notSimple('gathers values with `...`', property)
    const key = plainKey(property.key, property.computed)
    if (key === undefined) throw notSimple('takes a property whose name is computed', property)
    bind(property.value, fieldOf(reading, of, key, property))
  }
}

/** `a = 1` in a parameter list: the value, if it is there. */
function orDefault(
  reading: Reading,
  frame: Frame,
  pattern: Node<'AssignmentPattern'>,
  value: Expression,
): Expression {
  const given = reading.hold(value, pattern)
  if (given.op === 'literal' && given.value === undefined) {
    return reading.expression(frame, pattern.right)
  }
  const test: Expression = { op: 'binary', operator: '===', left: given, right: ABSENT }
  const then = reading.branch(() => reading.expression(frame, pattern.right))
  return either(test, then, given)
}
