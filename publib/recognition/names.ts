import { ABSENT, type Expression, type Primitive } from './making.ts'
import { notSimple } from './obstacle.ts'
import type { Frame, Node, Reading } from './reading.ts'

/** A longer text is data. */
const TEXT_MAX = 1_000

/** What a name stands for. @throws NotSimple */
export function readName(reading: Reading, frame: Frame, node: Node<'Identifier'>): Expression {
  const variable = frame.environment.find(node.name)
  if (variable !== undefined) {
    if (variable.value !== undefined) return variable.value
    if (variable.array !== undefined) {
      const held = reading.hold(variable.array, node)
      frame.environment.seal(node.name, held)
      return held
    }
    if (variable.inner) throw notSimple(`uses the function \`${node.name}\` as a value`, node)
    throw notSimple(`reads \`${node.name}\` where it may have no value yet`, node)
  }
  if (node.name === 'arguments') throw notSimple('uses `arguments`', node)
  const free = frame.source.freeValue(node.name)
  switch (free.kind) {
    case 'primitive':
      return constant(free.value, node)
    case 'pattern':
      reading.intrinsics.add('RegExp')
      return { op: 'pattern', source: free.source, flags: free.flags }
    case 'global':
      if (node.name === 'undefined') return ABSENT
      if (node.name === 'NaN') return constant(Number.NaN, node)
      if (node.name === 'Infinity') return constant(Number.POSITIVE_INFINITY, node)
      throw notSimple(`uses \`${node.name}\` as a value`, node)
    case 'function':
    case 'intrinsic':
      throw notSimple(`uses the function \`${node.name}\` as a value`, node)
    case 'other':
      throw notSimple(`uses \`${node.name}\`, ${whatTo(free.what)}`, node)
  }
}

function whatTo(what: string): string {
  if (what === 'a variable that functions change') {
    return `${what}: take its value into a const beside the function`
  }
  if (what === 'an object') return `${what}: take what it needs of it into a const of its own`
  return what
}

/** @throws NotSimple for what no shape holds */
export function constant(value: Primitive | bigint, node: Node): Expression {
  if (typeof value === 'bigint') throw notSimple('has a bigint', node)
  if (typeof value === 'string' && value.length > TEXT_MAX) throw notSimple('has a long text', node)
  return { op: 'literal', value }
}

/** `a.b` of the language, if the name before the dot is one: `Math.imul`. */
export function globalPath(frame: Frame, node: Node): string | undefined {
  if (node.type === 'Identifier') {
    if (frame.environment.find(node.name) !== undefined) return undefined
    const free = frame.source.freeValue(node.name)
    if (free.kind === 'global') return node.name
    if (free.kind !== 'intrinsic') return undefined
    return free.path.every(step => typeof step === 'string') ? free.path.join('.') : undefined
  }
  if (node.type !== 'MemberExpression' || node.computed) return undefined
  if (node.property.type !== 'Identifier' || node.optional) return undefined
  const of = globalPath(frame, node.object)
  return of === undefined ? undefined : `${of}.${node.property.name}`
}

/** The key of a property, if the text says it. */
export function plainKey(key: Node, isComputed: boolean): string | undefined {
  if (key.type === 'Literal' && (typeof key.value === 'string' || typeof key.value === 'number')) {
    return String(key.value)
  }
  return key.type === 'Identifier' && !isComputed ? key.name : undefined
}
