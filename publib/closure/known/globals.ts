/** Names of the language and of Node: what every executor has under the same name. */

const LANGUAGE =
  'Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date Promise RegExp ' +
  'Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError globalThis JSON Math Intl ' +
  'ArrayBuffer Atomics Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float16Array Float32Array ' +
  'Float64Array Uint8ClampedArray BigUint64Array BigInt64Array DataView Map BigInt Set Iterator AsyncIterator WeakMap ' +
  'WeakSet WeakRef Proxy Reflect FinalizationRegistry SharedArrayBuffer WebAssembly decodeURI decodeURIComponent ' +
  'encodeURI encodeURIComponent escape unescape eval isFinite isNaN SuppressedError DisposableStack ' +
  'AsyncDisposableStack Temporal'

const NODE =
  'process Buffer URL URLSearchParams TextEncoder TextDecoder AbortController AbortSignal EventTarget Event ' +
  'MessageChannel MessagePort MessageEvent setTimeout setInterval setImmediate clearTimeout clearInterval ' +
  'clearImmediate structuredClone queueMicrotask fetch Headers Request Response FormData Blob File WebSocket ' +
  'EventSource performance crypto Crypto CryptoKey SubtleCrypto CompressionStream DecompressionStream ReadableStream ' +
  'WritableStream TransformStream console global atob btoa DOMException BroadcastChannel navigator Performance ' +
  'PerformanceEntry ByteLengthQueuingStrategy CountQueuingStrategy TextDecoderStream TextEncoderStream URLPattern ' +
  'localStorage sessionStorage Storage CloseEvent Navigator gc PerformanceMark PerformanceMeasure ' +
  'PerformanceObserver PerformanceObserverEntryList PerformanceResourceTiming CustomEvent ' +
  'ReadableStreamDefaultReader ReadableStreamBYOBReader ReadableStreamBYOBRequest ReadableByteStreamController ' +
  'ReadableStreamDefaultController TransformStreamDefaultController WritableStreamDefaultController ' +
  'WritableStreamDefaultWriter'

export const globalNames: ReadonlySet<string> = new Set(`${LANGUAGE} ${NODE}`.split(' '))

/** Intrinsics that no global names, by the names that simSpark gives them. */
export function hiddenIntrinsics(): Readonly<Record<string, object>> {
  const prototypeOf = (value: object): object => Object.getPrototypeOf(value) as object
  const generator = prototypeOf(function* () {})
  const async = prototypeOf(async () => {})
  const asyncGenerator = prototypeOf(async function* () {})
  const generated = (generator as { prototype: object }).prototype
  const asyncGenerated = (asyncGenerator as { prototype: object }).prototype
  const arrayIterator = prototypeOf([][Symbol.iterator]())
  return {
    TypedArray: prototypeOf(Uint8Array),
    GeneratorFunction: generator.constructor,
    AsyncFunction: async.constructor,
    AsyncGeneratorFunction: asyncGenerator.constructor,
    GeneratorFunctionPrototype: generator,
    AsyncFunctionPrototype: async,
    AsyncGeneratorFunctionPrototype: asyncGenerator,
    GeneratorPrototype: generated,
    AsyncGeneratorPrototype: asyncGenerated,
    IteratorPrototype: prototypeOf(arrayIterator),
    AsyncIteratorPrototype: prototypeOf(asyncGenerated),
    ArrayIteratorPrototype: arrayIterator,
    MapIteratorPrototype: prototypeOf(new Map()[Symbol.iterator]()),
    SetIteratorPrototype: prototypeOf(new Set()[Symbol.iterator]()),
    StringIteratorPrototype: prototypeOf(''[Symbol.iterator]()),
  }
}

/** One step from an object to a part of it: a property, a symbol's property, or an accessor's half. */
export type PathStep = string | readonly ['symbol', string] | readonly ['get' | 'set', PathStep]
/** From a global (`Math`, `%GeneratorPrototype`) to an intrinsic. */
export type IntrinsicPath = readonly PathStep[]

const wellKnown = new Map<symbol, string>(
  Object.getOwnPropertyNames(Symbol).flatMap(name => {
    const value: unknown = Reflect.get(Symbol, name)
    return typeof value === 'symbol' ? [[value, `Symbol.${name}`] as const] : []
  }),
)

/** The name under which every process finds the same symbol; undefined for unique ones. */
export function symbolName(symbol: symbol): string | undefined {
  const registered = Symbol.keyFor(symbol)
  return wellKnown.get(symbol) ?? (registered === undefined ? undefined : `for:${registered}`)
}

export function symbolNamed(name: string): symbol {
  if (name.startsWith('for:')) return Symbol.for(name.slice('for:'.length))
  return Reflect.get(Symbol, name.slice('Symbol.'.length)) as symbol
}

let hidden: Readonly<Record<string, object>> | undefined

/** The intrinsic at a path, in this process; undefined where there is none. */
export function intrinsicAt(path: IntrinsicPath): unknown {
  const [root, ...rest] = path
  const name = String(root)
  hidden ??= hiddenIntrinsics()
  let value: unknown = name.startsWith('%')
    ? hidden[name.slice(1)]
    : name === 'globalThis'
      ? globalThis
      : Reflect.get(globalThis, name)
  for (const step of rest) value = stepInto(value, step)
  return value
}

function stepInto(value: unknown, step: PathStep): unknown {
  if (value === undefined || value === null) return undefined
  const object = Object(value) as object
  if (typeof step === 'string') return Reflect.get(object, step)
  if (step[0] === 'symbol') return Reflect.get(object, symbolNamed(step[1]))
  const key = typeof step[1] === 'string' ? step[1] : symbolNamed(String(step[1][1]))
  return Object.getOwnPropertyDescriptor(object, key)?.[step[0]]
}
