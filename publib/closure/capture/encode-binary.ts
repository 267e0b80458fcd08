/** Bytes: array buffers and the views on them. */
import { types } from 'node:util'
import type { NodeId } from '../wire.ts'
import { encodeProto } from './encode-proto.ts'
import type { Encoder } from './encoder.ts'
import type { Refusal, Trail } from './trail.ts'

const SHARED_HINT = 'copy it into an ArrayBuffer, or use a broadcast or an accumulator'

export function encodeBinary(
  encoder: Encoder,
  value: object,
  id: NodeId,
  trail: Trail,
): Refusal | undefined | 'other' {
  if (types.isSharedArrayBuffer(value)) {
    return {
      why: 'is a SharedArrayBuffer (memory shared with the driver)',
      hint: SHARED_HINT,
    }
  }
  if (types.isArrayBuffer(value)) {
    const buffer = encoder.buffer(() => new Uint8Array(value))
    encoder.nodes[id] = { t: 'array-buffer', buffer }
    return undefined
  }
  if (!ArrayBuffer.isView(value)) return 'other'
  if (types.isSharedArrayBuffer(value.buffer)) {
    return {
      why: 'is a view of a SharedArrayBuffer (memory shared with the driver)',
      hint: SHARED_HINT,
    }
  }
  encodeView(encoder, value, id, trail)
  return undefined
}

/** Whether a view names its memory or carries its own bytes is known only when all views are: `settleViews`. */
function encodeView(encoder: Encoder, view: ArrayBufferView, id: NodeId, trail: Trail): void {
  const type = Buffer.isBuffer(view) ? 'Buffer' : viewType(view)
  const usual = (Reflect.get(globalThis, type) as { prototype: object }).prototype
  const proto = encodeProto(encoder, view, usual, trail)
  encoder.nodes[id] = { t: 'view', type, ...proto }
  encoder.views.push({ view, id, trail })
}

/**
 * Views on one memory go on sharing it if the memory is captured whole. The pool behind small Buffers is not: of those, only the
 * viewed bytes travel.
 */
export function settleViews(encoder: Encoder): void {
  const counts = new Map<ArrayBufferLike, number>()
  for (const { view } of encoder.views) {
    counts.set(view.buffer, (counts.get(view.buffer) ?? 0) + 1)
  }
  for (const { view, id, trail } of encoder.views) {
    const node = encoder.nodes[id]
    if (node?.t !== 'view') continue
    const { buffer: memory, byteOffset: offset, byteLength } = view
    const isWhole = offset === 0 && byteLength === memory.byteLength
    const isShared = (counts.get(memory) ?? 0) > 1 && !Buffer.isBuffer(view)
    if (isWhole || isShared || encoder.ids.has(memory)) {
      const length = 'length' in view ? Number(view.length) : byteLength
      node.of = { of: encoder.encode(memory, trail), offset, length }
    } else node.buffer = encoder.buffer(() => new Uint8Array(memory, offset, byteLength))
  }
  encoder.drain()
}

function viewType(view: ArrayBufferView): string {
  return Object.prototype.toString.call(view).slice('[object '.length, -1)
}
