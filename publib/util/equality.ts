/**
 * Key equality: arrays, plain objects, dates and bytes by value; `-0` is `0`, `NaN` equals itself, `1` is not `1n`;
 * everything else (functions, Maps, instances of classes) by identity.
 */
export function equalValues(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object') return Number.isNaN(a) && Number.isNaN(b)
  if (a === null || b === null) return false
  return equalObjects(a, b, 0)
}

/** Whether an object is plain data: made by a literal, `Object.create(null)` or a decoder, not by a class. */
export function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === null || prototype === Object.prototype) return true
  // The Object.prototype of another realm, which has no prototype either.
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

/** Deeper data cannot be keys: cycles end here. */
export const KEY_DEPTH_MAX = 200

function equalObjects(a: object, b: object, depth: number): boolean {
  if (depth > KEY_DEPTH_MAX) return false
  if (Array.isArray(a)) return Array.isArray(b) && equalItems(a, b, depth)
  if (Array.isArray(b)) return false
  if (a instanceof Date) return b instanceof Date && equalValues(a.getTime(), b.getTime())
  if (ArrayBuffer.isView(a)) return ArrayBuffer.isView(b) && equalViews(a, b)
  if (!isPlainObject(a) || !isPlainObject(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  for (const key of keys) {
    if (!Object.hasOwn(b, key)) return false
    if (!equalNested(a[key as never], b[key as never], depth)) return false
  }
  return true
}

function equalItems(a: readonly unknown[], b: readonly unknown[], depth: number): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) {
    if (!equalNested(a[i], b[i], depth)) return false
  }
  return true
}

function equalNested(a: unknown, b: unknown, depth: number): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object') return Number.isNaN(a) && Number.isNaN(b)
  return a !== null && b !== null && equalObjects(a, b, depth + 1)
}

/** A Buffer equals a Uint8Array of the same bytes; other views must be of one kind, and their bytes equal. */
function equalViews(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (a.byteLength !== b.byteLength || kindOfView(a) !== kindOfView(b)) return false
  const left = bytesOfView(a)
  const right = bytesOfView(b)
  for (let i = 0; i < left.length; i++) {
    if (left[i] !== right[i]) return false
  }
  return true
}

/** `Uint8Array`, `Float64Array`, … also for subclasses such as Buffer. */
export function kindOfView(view: ArrayBufferView): string {
  const kind = (view as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag]
  return kind ?? 'DataView'
}

export function bytesOfView(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}
