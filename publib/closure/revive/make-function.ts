/** Functions and classes: from their compiled text and the values they captured. */
import { payloadMalformed } from '../errors.ts'
import type { AnyFunction } from '../function.ts'
import type { Cell, ClassNode, FunctionNode, NodeId } from '../wire.ts'
import type { Extras } from './factory.ts'
import type { Instance, VariantOfRoot } from './instance.ts'

export function makeFunction(
  instance: Instance,
  id: NodeId,
  node: FunctionNode | ClassNode,
): unknown {
  if (node.t === 'class') {
    const known = instance.classes.find(node.identity)
    if (known) return instance.put(id, known)
  }
  const factory = instance.program.factories[node.code]
  if (!factory) throw payloadMalformed(`code ${node.code} is missing`)
  const extras = extrasOf(instance, node)
  const cells = node.cells.map((cell, i) =>
    node.late?.includes(i) ? undefined : cellValue(instance, cell),
  )
  const { fn, setters, setPrivates } = factory(cells, extras)
  node.late?.forEach((index, i) => {
    const set = setters[i]
    const cell = node.cells[index]
    if (set && cell !== undefined && !isBox(cell)) instance.bindings.push({ set, encoded: cell })
  })
  const made = named(fn as AnyFunction, node.name)
  instance.put(id, made)
  if (node.t === 'class') {
    instance.classes.add(node.identity, made)
    const names = node.privateFields ?? []
    if (setPrivates) instance.classes.addSetter(made, { names, set: setPrivates })
  }
  instance.fillLater(id)
  return made
}

/** A function of another text with the captures of one that is made already. */
export function makeVariant(instance: Instance, { node, factory }: VariantOfRoot): unknown {
  const cells = node.cells.map(cell => cellValue(instance, cell))
  const { fn } = factory(cells, extrasOf(instance, node))
  return named(fn as AnyFunction, node.name)
}

function named(made: AnyFunction, name: string): AnyFunction {
  if (made.name !== name) Object.defineProperty(made, 'name', { value: name, configurable: true })
  return made
}

function isBox(cell: Cell): cell is { readonly box: number } {
  return typeof cell === 'object' && cell !== null && 'box' in cell
}

function cellValue(instance: Instance, cell: Cell): unknown {
  return isBox(cell) ? instance.boxes[cell.box] : instance.decode(cell)
}

function extrasOf(instance: Instance, node: FunctionNode | ClassNode): Extras {
  const outer =
    node.outerThis === undefined && node.outerArguments === undefined
      ? {}
      : {
          outerThis: instance.decode(node.outerThis ?? ['undefined']),
          outerArguments: outerArguments(instance, node),
        }
  const home =
    node.superObject === undefined ? {} : { superObject: instance.decode(node.superObject) }
  if (node.t === 'function') return { ...outer, ...home }
  const statics = node.privateStatics?.map(([name, value]) => [name, instance.decode(value)])
  return {
    ...outer,
    ...home,
    superClass: node.superClass === undefined ? undefined : instance.decode(node.superClass),
    computedKeys: node.computedKeys.map(key => instance.decode(key)),
    privateStatics: Object.fromEntries(statics ?? []) as Readonly<Record<string, unknown>>,
  }
}

/** Passed on with `apply`, so their elements must be there already. */
function outerArguments(instance: Instance, node: FunctionNode | ClassNode): unknown[] {
  const { outerArguments: encoded } = node
  const id = Array.isArray(encoded) && typeof encoded[0] === 'number' ? encoded[0] : undefined
  const list = id === undefined ? undefined : instance.node(id)
  return list?.t === 'arguments' ? list.items.map(each => instance.decode(each)) : []
}
