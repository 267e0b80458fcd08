/** In which order executors must make the nodes, and which captures must wait until all are made. */
import type { ClassNode, Encoded, FunctionNode, NodeId, WireNode } from '../wire.ts'

/** What a node needs to be there when it is made: `hard` always, `soft` only if that is possible. */
interface Needs {
  readonly hard: readonly NodeId[]
  readonly soft: readonly NodeId[]
}

/** The order; captures that cannot be there yet are noted as late in their functions. */
export function planOrder(nodes: readonly WireNode[]): NodeId[] {
  const needs = nodes.map(needsOf)
  const wanted = postOrder(nodes, needs, each => [...each.hard, ...each.soft])
  const order = hardOrder(nodes, needs, wanted)
  const position = new Map(order.map((id, i) => [id, i]))
  for (const id of order) {
    const node = nodes[id]
    if (node?.t !== 'function' && node?.t !== 'class') continue
    const isLate = (cell: FunctionNode['cells'][number]): boolean =>
      laterThan(cell, position.get(id) ?? 0, position, needs)
    const late = node.cells.flatMap((cell, i) => (isLate(cell) ? [i] : []))
    if (late.length > 0) node.late = late
  }
  return order
}

function laterThan(
  cell: FunctionNode['cells'][number],
  at: number,
  position: ReadonlyMap<NodeId, number>,
  needs: readonly Needs[],
): boolean {
  const id = idOf(cell)
  if (id === undefined || !isOrdered(needs[id])) return false
  return (position.get(id) ?? 0) >= at
}

function isOrdered(needs: Needs | undefined): boolean {
  return needs !== undefined && (needs.hard.length > 0 || needs.soft.length > 0)
}

/** Depth first, without recursion: chains of functions may be as deep as the user's data. */
function postOrder(
  nodes: readonly WireNode[],
  needs: readonly Needs[],
  follow: (needs: Needs) => readonly NodeId[],
  roots: readonly NodeId[] = nodes.map((_node, id) => id),
): NodeId[] {
  const seen = new Set<NodeId>()
  const order: NodeId[] = []
  for (const root of roots) {
    const stack: { id: NodeId; left: NodeId[] }[] = []
    const enter = (id: NodeId): void => {
      if (seen.has(id)) return
      seen.add(id)
      stack.push({ id, left: [...follow(needs[id] ?? { hard: [], soft: [] })].reverse() })
    }
    enter(root)
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.left.pop()
      if (next !== undefined) enter(next)
      else {
        stack.pop()
        order.push(top.id)
      }
    }
  }
  return order
}

function hardOrder(
  nodes: readonly WireNode[],
  needs: readonly Needs[],
  wanted: readonly NodeId[],
): NodeId[] {
  const order = postOrder(nodes, needs, each => each.hard, wanted)
  return order.filter(id => {
    const type = nodes[id]?.t
    return type === 'function' || type === 'class' || isOrdered(needs[id])
  })
}

export function idOf(encoded: Encoded | { readonly box: number } | undefined): NodeId | undefined {
  const first = Array.isArray(encoded) ? encoded[0] : undefined
  return typeof first === 'number' ? first : undefined
}

function ids(...encoded: readonly (Encoded | undefined)[]): NodeId[] {
  return encoded.flatMap(each => {
    const id = idOf(each)
    return id === undefined ? [] : [id]
  })
}

function needsOf(node: WireNode): Needs {
  switch (node.t) {
    case 'function':
    case 'class':
      return functionNeeds(node)
    case 'object':
    case 'array':
    case 'map':
    case 'set':
    case 'error':
      return { hard: ids(node.proto, ...(node.privates ?? []).map(([, each]) => each)), soft: [] }
    case 'proxy':
      return { hard: ids(node.target, node.handler), soft: [] }
    case 'prototype-of':
      return { hard: ids(node.of), soft: [] }
    case 'bound':
      return { hard: ids(node.target, node.receiver, ...node.parameters), soft: [] }
    case 'call':
      return { hard: ids(node.fn, ...node.parameters), soft: [] }
    case 'revived':
      return { hard: ids(node.data), soft: [] }
    case 'view':
      return { hard: ids(node.proto, node.of?.of), soft: [] }
    case 'date':
    case 'regexp':
      return { hard: ids(node.proto), soft: [] }
    default:
      return { hard: [], soft: [] }
  }
}

function functionNeeds(node: FunctionNode | ClassNode): Needs {
  const soft = node.cells.flatMap(cell => {
    const id = idOf(cell)
    return id === undefined ? [] : [id]
  })
  const own = ids(node.outerThis, node.outerArguments, node.superObject)
  if (node.t === 'function') return { hard: own, soft }
  const statics = (node.privateStatics ?? []).map(([, each]) => each)
  return { hard: [...own, ...ids(node.superClass, ...node.computedKeys, ...statics)], soft }
}
