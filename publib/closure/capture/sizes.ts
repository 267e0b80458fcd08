/** How many bytes travel, and for which variables. Estimated without serializing, so that checks stay cheap. */

import { inMiB } from '../errors.ts'
import type { Encoded, NodeId } from '../wire.ts'
import type { Encoder } from './encoder.ts'
import { idOf } from './order.ts'
import type { Capture, FunctionRecord } from './record.ts'

export interface Measured {
  readonly encoder: Encoder
  readonly roots: readonly Encoded[]
}

export interface VariableSize {
  readonly record: FunctionRecord
  readonly capture: Capture
  readonly bytes: number
  /** `` `table` 12.1 MiB ``. */
  readonly text: string
}

export interface Sizes {
  readonly total: number
  /** The largest first. What several variables reach counts for the first of them. */
  readonly variables: readonly VariableSize[]
}

export function sizesOf({ encoder, roots }: Measured): Sizes {
  const seen = new Set<NodeId>()
  const variables: VariableSize[] = []
  const texts = new Map(encoder.records.map(record => [record.id, record.text.length]))
  let total = 0
  for (const record of encoder.records) {
    for (const capture of capturesOf(record)) {
      const bytes = reachedBytes(encoder, texts, capture.encoded, seen)
      total += bytes
      const text = `\`${capture.name}\` ${inMiB(bytes)}`
      variables.push({ record, capture, bytes, text })
    }
  }
  for (const root of roots) total += reachedBytes(encoder, texts, root, seen)
  variables.sort((a, b) => b.bytes - a.bytes)
  return { total, variables }
}

/** The variables of a function, with `this` as one of them. */
function capturesOf(record: FunctionRecord): Capture[] {
  const captures = [...record.captures.values()]
  const { outerThis } = record.node
  if (outerThis === undefined) return captures
  const outer: Capture = {
    name: 'this',
    trail: record.trail,
    isWritten: false,
    scopeIndex: undefined,
    scope: undefined,
    value: undefined,
    encoded: outerThis,
  }
  return [outer, ...captures]
}

const NODE_BYTES = 16

/** The size of what a value reaches and nobody reached before; what functions capture counts for their own variables. */
function reachedBytes(
  encoder: Encoder,
  texts: ReadonlyMap<NodeId, number>,
  encoded: Encoded,
  seen: Set<NodeId>,
): number {
  const first = idOf(encoded)
  if (first === undefined) return typeof encoded === 'string' ? encoded.length : NODE_BYTES
  const todo = [first]
  let bytes = 0
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    if (encoder.nodes[id]?.t === 'poison') continue
    bytes += NODE_BYTES + (encoder.blobs.bytesOf(id) ?? bufferBytes(encoder, id))
    bytes += texts.get(id) ?? 0
    bytes += collectParts(encoder.nodes[id], todo)
  }
  return bytes
}

/** The bytes of a buffer or a view, known without copying them. */
function bufferBytes(encoder: Encoder, id: NodeId): number {
  const node = encoder.nodes[id]
  const isBuffer = node?.t === 'array-buffer' || (node?.t === 'view' && node.buffer !== undefined)
  return isBuffer && node.buffer !== undefined
    ? (encoder.buffers[node.buffer]?.().byteLength ?? 0)
    : 0
}

/** Pushes the nodes that a node names, and counts its own texts. */
function collectParts(part: unknown, todo: NodeId[]): number {
  if (typeof part === 'string') return part.length
  if (typeof part !== 'object' || part === null) return 0
  if (Array.isArray(part)) {
    if (part.length === 1 && typeof part[0] === 'number') {
      todo.push(part[0])
      return 0
    }
    let bytes = 0
    for (const each of part) bytes += collectParts(each, todo)
    return bytes
  }
  let bytes = 0
  for (const [key, value] of Object.entries(part)) {
    if (key !== 'cells' && key !== 'outerThis' && key !== 'late') bytes += collectParts(value, todo)
  }
  return bytes
}
