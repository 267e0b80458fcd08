/** Nodes that hold data: made empty where they have parts, to be filled when everything is there. */
import { deserialize } from 'node:v8'
import { payloadMalformed } from '../errors.ts'
import { intrinsicAt } from '../known/globals.ts'
import type { NodeId, WireNode } from '../wire.ts'
import { withDenseNumbers } from './dense-numbers.ts'
import type { Instance } from './instance.ts'

export function makeData(instance: Instance, id: NodeId, node: WireNode): unknown {
  const made = makeLeaf(instance, node)
  if (made) return instance.put(id, made.value)
  const object = makeEmpty(instance, node)
  instance.put(id, object)
  instance.fillLater(id)
  return object
}

/** What is whole at once. */
function makeLeaf(instance: Instance, node: WireNode): { readonly value: unknown } | undefined {
  switch (node.t) {
    case 'data':
      return { value: withDenseNumbers(deserialize(bufferOf(instance, node.buffer))) }
    case 'array-buffer':
      return { value: memoryOf(bufferOf(instance, node.buffer)) }
    case 'view':
      return { value: makeView(instance, node) }
    case 'boxed':
      return { value: Object(instance.decode(node.value)) }
    case 'construct': {
      const type = intrinsicAt(node.path) as new (...given: unknown[]) => unknown
      return { value: new type(...node.parameters) }
    }
    default:
      return undefined
  }
}

function makeEmpty(instance: Instance, node: WireNode): object {
  switch (node.t) {
    case 'object': {
      if (node.proto === undefined) return {}
      return Object.create(instance.decode(node.proto) as object | null) as object
    }
    case 'array':
      return withProto(instance, new Array<unknown>(node.length), node)
    case 'map':
      return withProto(instance, new Map(), node)
    case 'set':
      return withProto(instance, new Set(), node)
    case 'date':
      return withProto(instance, new Date(instance.decode(node.time) as number), node)
    case 'regexp': {
      const regexp = new RegExp(node.source, node.flags)
      regexp.lastIndex = node.lastIndex
      return withProto(instance, regexp, node)
    }
    case 'error':
      return withProto(instance, emptyError(), node)
    case 'arguments':
      return emptyArguments()
    case 'weak-map':
      return new WeakMap()
    case 'weak-set':
      return new WeakSet()
    case 'promise':
      return makePromise(instance, node)
    default:
      throw payloadMalformed(`a node of kind ${node.t} is not known`)
  }
}

function withProto(
  instance: Instance,
  object: object,
  node: { readonly proto?: Parameters<Instance['decode']>[0] },
): object {
  if (node.proto === undefined) return object
  return Object.setPrototypeOf(object, instance.decode(node.proto) as object | null) as object
}

/** An error without what the engine put on it: what it has now travels. */
function emptyError(): Error {
  const error = new Error()
  for (const key of Reflect.ownKeys(error)) Reflect.deleteProperty(error, key)
  return error
}

function emptyArguments(): object {
  const make = function (): object {
    // biome-ignore lint/complexity/noArguments: an arguments object is what is wanted
    return arguments
  }
  return make()
}

function makePromise(instance: Instance, node: WireNode & { t: 'promise' }): Promise<unknown> {
  return new Promise(resolve => {
    instance.bindings.push({ set: resolve, encoded: node.value })
  })
}

function bufferOf(instance: Instance, index: number): Uint8Array {
  const buffer = instance.program.buffers[index]
  if (!buffer) throw payloadMalformed(`buffer ${index} is missing`)
  return buffer
}

/** Memory of its own: what a task writes, the next one must not see. */
function memoryOf(bytes: Uint8Array): ArrayBufferLike {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
}

function makeView(instance: Instance, node: WireNode & { t: 'view' }): unknown {
  const memory =
    node.of === undefined
      ? memoryOf(bufferOf(instance, node.buffer ?? -1))
      : (instance.decode(node.of.of) as ArrayBuffer)
  const offset = node.of?.offset ?? 0
  const length = node.of?.length
  const view =
    node.type === 'Buffer'
      ? Buffer.from(memory, offset, length)
      : new (Reflect.get(globalThis, node.type) as ViewConstructor)(memory, offset, length)
  return withProto(instance, view, node)
}

type ViewConstructor = new (
  memory: ArrayBufferLike,
  offset: number,
  length: number | undefined,
) => ArrayBufferView
