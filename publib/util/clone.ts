/**
 * A copy that shares nothing that can be changed: arrays, objects (instances keep their class), Maps, Sets, dates, bytes;
 * cycles stay cycles. Functions are shared. What a class hides in private fields (`#x`) cannot be copied: such a zero
 * value is made by a function instead.
 */
export function copyValue<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  return copyObject(value, new Map()) as T
}

function copyNested(value: unknown, copies: Map<object, object>): unknown {
  return typeof value === 'object' && value !== null ? copyObject(value, copies) : value
}

function copyObject(value: object, copies: Map<object, object>): object {
  const known = copies.get(value)
  if (known !== undefined) return known
  const copy = emptyCopy(value)
  copies.set(value, copy)
  if (copy instanceof Map) {
    for (const [k, v] of value as Map<unknown, unknown>) {
      copy.set(copyNested(k, copies), copyNested(v, copies))
    }
  } else if (copy instanceof Set) {
    for (const item of value as Set<unknown>) copy.add(copyNested(item, copies))
  }
  if (ArrayBuffer.isView(copy) || copy instanceof ArrayBuffer) return copy
  for (const key of Reflect.ownKeys(value)) copyProperty(value, copy, key, copies)
  return copy
}

function emptyCopy(value: object): object {
  if (Array.isArray(value)) return withPrototype(new Array(value.length), value)
  if (value instanceof Date) return withPrototype(new Date(value.getTime()), value)
  if (value instanceof RegExp) return new RegExp(value.source, value.flags)
  if (value instanceof Map) return emptyLike(value, () => new Map())
  if (value instanceof Set) return emptyLike(value, () => new Set())
  if (value instanceof ArrayBuffer) return value.slice(0)
  if (ArrayBuffer.isView(value)) return copyView(value)
  return Object.create(Object.getPrototypeOf(value) as object | null) as object
}

/** Subclasses with state of their own, such as KeyedMap, are made by their constructor. */
function emptyLike<M extends object>(value: M, plain: () => M): M {
  if (value.constructor === Map || value.constructor === Set) return plain()
  try {
    return new (value.constructor as new () => M)()
  } catch {
    return withPrototype(plain(), value)
  }
}

function withPrototype<T extends object>(copy: T, original: object): T {
  const prototype = Object.getPrototypeOf(original) as object | null
  if (Object.getPrototypeOf(copy) !== prototype) Object.setPrototypeOf(copy, prototype)
  return copy
}

function copyView(view: ArrayBufferView): ArrayBufferView {
  const { buffer, byteOffset, byteLength } = view
  const bytes = buffer.slice(byteOffset, byteOffset + byteLength)
  if (view instanceof DataView) return new DataView(bytes)
  const copy = new Uint8Array(bytes)
  if (view instanceof Uint8Array) return withPrototype(copy, view)
  const make = view.constructor as new (bytes: ArrayBufferLike) => ArrayBufferView
  return new make(bytes)
}

function copyProperty(
  from: object,
  to: object,
  key: string | symbol,
  copies: Map<object, object>,
): void {
  const property = Object.getOwnPropertyDescriptor(from, key)
  if (property === undefined) return
  if (Object.getOwnPropertyDescriptor(to, key)?.configurable === false) {
    if (!('value' in property) || key === 'length') return
    Reflect.set(to, key, copyNested(property.value, copies))
    return
  }
  if ('value' in property) property.value = copyNested(property.value, copies)
  Object.defineProperty(to, key, property)
}
