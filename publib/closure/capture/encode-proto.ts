import type { Encoded } from '../wire.ts'
import type { Encoder } from './encoder.ts'
import { property, type Trail } from './trail.ts'

/** The prototype of an object, where it is not the one that its kind usually has. */
export function encodeProto(
  encoder: Encoder,
  value: object,
  usual: object,
  trail: Trail,
): { proto?: Encoded } {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === usual) return {}
  return { proto: encoder.encode(prototype, property(trail, '__proto__')) }
}
