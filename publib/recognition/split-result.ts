/**
 * Functions that are not simple but end with an array or an object that they make: `x => [slow(x), 1]`. What must be computed in it
 * is computed by the function with another end, and the rest is known without making it.
 */
import type { FreeValue, FunctionSource, Syntax } from '#publib/closure'
import type { Node } from './reading.ts'
import type { Expression, FunctionShape } from './shape.ts'

export interface ResultSplit {
  /** The function's text with the end that gives the computed parts: the part itself, or an array of them. */
  readonly variant: {
    readonly length: number
    readonly start: number
    readonly replaced: string
    readonly by: string
  }
  readonly computed: number
  /** The result, of the argument and the computed parts behind it. */
  readonly shape: FunctionShape
}

const PARTS_MAX = 16
const DEPTH_MAX = 4

const known = new WeakMap<Syntax.FunctionNode, ResultSplit | null>()

/** Undefined for functions of another kind. */
export function splitResult(value: FreeValue): ResultSplit | undefined {
  const source = value.kind === 'function' ? value.source : undefined
  const tree = source?.tree
  if (source === undefined || tree === undefined) return undefined
  let split = known.get(tree)
  if (split === undefined) {
    split = find(source, tree) ?? null
    known.set(tree, split)
  }
  return split ?? undefined
}

function find(source: FunctionSource, tree: Syntax.FunctionNode): ResultSplit | undefined {
  if (tree.async || tree.generator || namesItself(tree)) return undefined
  const end = endOf(tree)
  if (end === undefined) return undefined
  const parts = new Parts(argumentOf(tree, end))
  const result = parts.expression(end, 0)
  const { computed } = parts
  if (result === undefined || computed.length === 0 || computed.length > PARTS_MAX) return undefined
  const { text, textStart } = source
  const start = end.start - textStart
  const replaced = text.slice(start, end.end - textStart)
  const spans = computed.map(node => ({ from: node.start - end.start, to: node.end - end.start }))
  return {
    variant: { length: text.length, start, replaced, by: onlyParts(replaced, spans) },
    computed: computed.length,
    shape: { parameters: 1 + computed.length, locals: [], result, intrinsics: [] },
  }
}

/** What the function gives, if it does so in one place, at its end. */
function endOf({ body }: Syntax.FunctionNode): Node | undefined {
  if (body.type !== 'BlockStatement') return isMade(body) ? body : undefined
  const last = body.body.at(-1)
  if (last?.type !== 'ReturnStatement' || !last.argument || !isMade(last.argument)) return undefined
  return returnsIn(body) === 1 ? last.argument : undefined
}

function isMade({ type }: Node): boolean {
  return type === 'ArrayExpression' || type === 'ObjectExpression'
}

/** Those of the function itself. */
function returnsIn(node: Node): number {
  if (node.type === 'ReturnStatement') return 1
  let count = 0
  for (const child of childrenOf(node)) if (!isFunctionLike(child)) count += returnsIn(child)
  return count
}

function isFunctionLike({ type }: Node): boolean {
  return /Function|^Class/.test(type)
}

function childrenOf(node: Node): Node[] {
  return Object.values(node).flatMap((value: unknown) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  )
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

/** What a function may not name: itself, for it would come to the other one, and what names things unseen. */
function namesItself(tree: Syntax.FunctionNode): boolean {
  const own = 'id' in tree && tree.id ? tree.id : undefined
  const look = (node: Node): boolean =>
    node.type === 'Identifier'
      ? node !== own && (UNSEEN.has(node.name) || node.name === own?.name)
      : childrenOf(node).some(look)
  return look(tree)
}

const UNSEEN: ReadonlySet<string> = new Set(['arguments', 'eval'])

/** The name of the argument, if all that the function does with it, but for what it gives in the end, is to read parts of it. */
function argumentOf(tree: Syntax.FunctionNode, end: Node): string | undefined {
  const [parameter] = tree.params
  if (parameter?.type !== 'Identifier') return undefined
  const { name } = parameter
  const given = new Set(partsOfResult(end))
  const isReading = (node: Node, parent: Node | undefined, grand: Node | undefined): boolean => {
    if (node.type === 'ObjectPattern' && hasMember(node)) return false
    if (node.type !== 'Identifier') {
      return childrenOf(node).every(child => isReading(child, node, parent))
    }
    if (node.name !== name || node === parameter || given.has(node)) return true
    return parent !== undefined && isRead(node, parent, grand)
  }
  return isReading(tree, undefined, undefined) ? name : undefined
}

function hasMember(node: Node): boolean {
  return node.type === 'MemberExpression' || childrenOf(node).some(hasMember)
}

/** What stands in the arrays and objects that the result is made of. */
function partsOfResult(node: Node): readonly Node[] {
  switch (node.type) {
    case 'ArrayExpression':
      return node.elements.flatMap(each => (each === null ? [] : partsOfResult(each)))
    case 'ObjectExpression':
      return node.properties.flatMap(each =>
        each.type === 'Property' ? partsOfResult(each.value) : [],
      )
    default:
      return [node]
  }
}

/** Whether a name stands where parts of it are read, or where it names a property. */
function isRead(name: Node, parent: Node, grand: Node | undefined): boolean {
  if (parent.type === 'Property') return parent.key === name && !parent.computed
  if (parent.type === 'ForOfStatement') return parent.right === name
  if (parent.type !== 'MemberExpression') return false
  if (parent.object !== name) return !parent.computed
  switch (grand?.type) {
    case 'AssignmentExpression':
      return grand.left !== parent
    case 'CallExpression':
      return grand.callee !== parent
    case 'UnaryExpression':
      return grand.operator !== 'delete'
    case 'BinaryExpression':
    case 'VariableDeclarator':
    case 'LogicalExpression':
    case 'ConditionalExpression':
    case 'TemplateLiteral':
      return true
    default:
      return given(parent, grand)
  }
}

/** `[name[0], 1]` */
function given(part: Node, parent: Node | undefined): boolean {
  if (parent?.type === 'ArrayExpression') return true
  return parent?.type === 'Property' && parent.value === part
}

/** Reads the result: what is made in it, and what must be computed. */
class Parts {
  readonly computed: Node[] = []
  readonly #argument: string | undefined

  constructor(argument: string | undefined) {
    this.#argument = argument
  }

  /** Undefined where it is made in a way that no shape can say. */
  expression(node: Node, depth: number): Expression | undefined {
    if (depth < DEPTH_MAX && node.type === 'ArrayExpression') return this.#tuple(node, depth)
    if (depth < DEPTH_MAX && node.type === 'ObjectExpression') return this.#record(node, depth)
    if (node.type === 'Identifier' && node.name === this.#argument) {
      return { op: 'argument', index: 0 }
    }
    if (node.type === 'Literal' && (node.value === null || SCALARS.has(typeof node.value))) {
      const isPattern = node.regex !== undefined && node.regex !== null
      if (!isPattern)
        return { op: 'literal', value: node.value as string | number | boolean | null }
    }
    // Commas within it would part it.
    if (node.type === 'SequenceExpression') return undefined
    return { op: 'argument', index: this.computed.push(node) }
  }

  #tuple(node: Node<'ArrayExpression'>, depth: number): Expression | undefined {
    if (node.elements.length === 0) return undefined
    const items: Expression[] = []
    for (const element of node.elements) {
      if (element === null || element.type === 'SpreadElement') return undefined
      const item = this.expression(element, depth + 1)
      if (item === undefined) return undefined
      items.push(item)
    }
    return { op: 'tuple', items }
  }

  #record(node: Node<'ObjectExpression'>, depth: number): Expression | undefined {
    const keys: string[] = []
    const values: Expression[] = []
    for (const property of node.properties) {
      if (property.type === 'SpreadElement' || property.computed) return undefined
      if (property.kind !== 'init' || property.method || property.key.type !== 'Identifier') {
        return undefined
      }
      const { name } = property.key
      // A result with `then` would be a promise to who looks for one.
      if (name === '__proto__' || name === 'then' || keys.includes(name)) return undefined
      const value = this.expression(property.value, depth + 1)
      if (value === undefined) return undefined
      keys.push(name)
      values.push(value)
    }
    return keys.length === 0 ? undefined : { op: 'record', keys, values }
  }
}

const SCALARS: ReadonlySet<string> = new Set(['string', 'number', 'boolean'])

interface Span {
  readonly from: number
  readonly to: number
}

/** The text of the parts alone, each where it stood, so that errors name the places that they would have named. */
function onlyParts(text: string, spans: readonly Span[]): string {
  const isOne = spans.length === 1
  const kept = text.replace(/[^\n\r]/g, ' ').split('')
  kept[0] = isOne ? '(' : '['
  kept[kept.length - 1] = isOne ? ')' : ']'
  for (const { from, to } of spans) {
    for (let i = from; i < to; i++) kept[i] = text[i]!
    if (!isOne && to < kept.length - 1) kept[to] = ','
  }
  return kept.join('')
}
