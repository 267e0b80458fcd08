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

/** Only the viewed bytes travel, never the whole pool behind a Buffer, unless the pool is captured itself. */
function encodeView(encoder: Encoder, view: ArrayBufferView, id: NodeId, trail: Trail): void {
  const type = Buffer.isBuffer(view) ? 'Buffer' : viewType(view)
  const usual = (Reflect.get(globalThis, type) as { prototype: object }).prototype
  const proto = encodeProto(encoder, view, usual, trail)
  const { buffer: memory, byteOffset, byteLength } = view
  const isWhole = byteOffset === 0 && byteLength === memory.byteLength
  if (isWhole || encoder.ids.has(memory)) {
    const length = 'length' in view ? Number(view.length) : byteLength
    const of = encoder.encode(memory, trail)
    encoder.nodes[id] = { t: 'view', type, of: { of, offset: byteOffset, length }, ...proto }
    return
  }
  const buffer = encoder.buffer(() => new Uint8Array(memory, byteOffset, byteLength))
  encoder.nodes[id] = { t: 'view', type, buffer, ...proto }
}

function viewType(view: ArrayBufferView): string {
  return Object.prototype.toString.call(view).slice('[object '.length, -1)
}
