/** A built-in that executors are made of, and whether what stands in its place does the same. */
type Builtin = readonly [name: string, owner: object, key: PropertyKey, works: () => boolean]

type Keyed = Readonly<Record<PropertyKey, unknown>>

const AS_MADE = {
  array: Array.prototype,
  map: Map.prototype,
  set: Set.prototype,
  string: String.prototype,
  typed: Object.getPrototypeOf(Uint8Array.prototype) as object,
  promise: Promise.prototype,
}

const BUILTINS: readonly Builtin[] = [
  ['Array.prototype.push', AS_MADE.array, 'push', () => is([1], list => list.push(2), '1,2')],
  ['Array.prototype.pop', AS_MADE.array, 'pop', () => is([1, 2], list => list.pop(), '1')],
  ['Array.prototype.shift', AS_MADE.array, 'shift', () => is([1, 2], list => list.shift(), '2')],
  ['Array.prototype.splice', AS_MADE.array, 'splice', () => is([1, 2], l => l.splice(0, 1), '2')],
  ['Array.prototype.map', AS_MADE.array, 'map', () => [1, 2].map(x => x + 1)[1] === 3],
  ['Array.prototype.filter', AS_MADE.array, 'filter', () => [1, 2].filter(x => x > 1)[0] === 2],
  [
    'Array.prototype.flatMap',
    AS_MADE.array,
    'flatMap',
    () => [1].flatMap(x => [x, x]).length === 2,
  ],
  ['Array.prototype.slice', AS_MADE.array, 'slice', () => [1, 2].slice(1)[0] === 2],
  ['Array.prototype.sort', AS_MADE.array, 'sort', () => [2, 1].sort((a, b) => a - b)[0] === 1],
  ['Array.prototype.concat', AS_MADE.array, 'concat', () => [1].concat([2])[1] === 2],
  ['Array.prototype.join', AS_MADE.array, 'join', () => [1, 2].join('-') === '1-2'],
  ['Array.prototype.at', AS_MADE.array, 'at', () => [1, 2].at(-1) === 2],
  [
    'Array.prototype.includes',
    AS_MADE.array,
    'includes',
    () => [1].includes(1) && ![1].includes(2),
  ],
  [
    'Array.prototype[Symbol.iterator]',
    ...([AS_MADE.array, Symbol.iterator, () => String([...[1, 2]]) === '1,2'] as const),
  ],
  ['Array.isArray', Array, 'isArray', () => Array.isArray([]) && !Array.isArray({})],
  ['Array.from', Array, 'from', () => Array.from({ length: 1 }, () => 7)[0] === 7],
  ['Map.prototype.get', AS_MADE.map, 'get', () => new Map([[1, 2]]).get(1) === 2],
  ['Map.prototype.set', AS_MADE.map, 'set', () => new Map<number, number>().set(1, 2).size === 1],
  ['Map.prototype.has', AS_MADE.map, 'has', () => new Map([[1, 2]]).has(1)],
  ['Map.prototype.delete', AS_MADE.map, 'delete', () => new Map([[1, 2]]).delete(1)],
  ['Set.prototype.add', AS_MADE.set, 'add', () => new Set<number>().add(1).size === 1],
  ['Set.prototype.has', AS_MADE.set, 'has', () => new Set([1]).has(1)],
  ['Object.keys', Object, 'keys', () => Object.keys({ a: 1 })[0] === 'a'],
  ['Object.entries', Object, 'entries', () => Object.entries({ a: 1 })[0]?.[1] === 1],
  ['Object.assign', Object, 'assign', () => Object.assign({ a: 0 }, { a: 1 }).a === 1],
  ['Object.is', Object, 'is', () => Object.is(-0, -0) && !Object.is(-0, 0)],
  [
    'Object.getPrototypeOf',
    Object,
    'getPrototypeOf',
    () => Object.getPrototypeOf([]) === AS_MADE.array,
  ],
  ['JSON.stringify', JSON, 'stringify', () => JSON.stringify({ a: [1] }) === '{"a":[1]}'],
  ['JSON.parse', JSON, 'parse', () => (JSON.parse('[1]') as number[])[0] === 1],
  ['Math.floor', Math, 'floor', () => Math.floor(1.5) === 1],
  ['Math.min', Math, 'min', () => Math.min(2, 1) === 1],
  ['Math.max', Math, 'max', () => Math.max(2, 1) === 2],
  ['String.prototype.slice', AS_MADE.string, 'slice', () => 'abc'.slice(1) === 'bc'],
  ['String.prototype.split', AS_MADE.string, 'split', () => 'a b'.split(' ')[1] === 'b'],
  ['String.prototype.charCodeAt', AS_MADE.string, 'charCodeAt', () => 'a'.charCodeAt(0) === 97],
  ['TypedArray.prototype.set', AS_MADE.typed, 'set', () => bytes(b => b.set([7], 1)) === 7],
  ['TypedArray.prototype.fill', AS_MADE.typed, 'fill', () => bytes(b => b.fill(7)) === 7],
  [
    'TypedArray.prototype.subarray',
    ...([AS_MADE.typed, 'subarray', () => new Uint8Array([1, 7]).subarray(1)[0] === 7] as const),
  ],
  [
    'Promise.prototype.then',
    AS_MADE.promise,
    'then',
    () => Promise.resolve().then() instanceof Promise,
  ],
]

/**
 * Watches the built-ins of one thread that runs functions of users. What they replace by something that does the same (a
 * polyfill, a tracer) stays; what no longer does its work is put back, and whoever replaced it is told: results
 * made with it cannot be trusted, and later tasks must not inherit it.
 */
export class BuiltinWatch {
  readonly #known = BUILTINS.map(([, owner, key]) => Object.getOwnPropertyDescriptor(owner, key))
  readonly #get = Reflect.getOwnPropertyDescriptor
  readonly #define = Reflect.defineProperty

  /** Puts back what is broken. The names of it; undefined where all is well. */
  repair(): string | undefined {
    let names: string | undefined
    for (let i = 0; i < BUILTINS.length; i++) {
      const [name, owner, key, works] = BUILTINS[i] as Builtin
      const known = this.#known[i]
      // Asked first, because it costs a tenth: this is done after every task.
      if (known !== undefined && holds(owner, key, known.value)) continue
      const now = this.#get(owner, key)
      if (known === undefined || now?.value === known.value) continue
      if (doesWork(works)) this.#known[i] = now
      else {
        this.#define(owner, key, known)
        names = names === undefined ? name : `${names}, ${name}`
      }
    }
    return names
  }
}

function holds(owner: object, key: PropertyKey, value: unknown): boolean {
  try {
    return (owner as Keyed)[key] === value
  } catch {
    return false
  }
}

function doesWork(works: () => boolean): boolean {
  try {
    return works()
  } catch {
    return false
  }
}

/** Whether a change of a list leaves it as expected. Uses nothing that may be replaced itself. */
function is(list: number[], change: (list: number[]) => unknown, expected: string): boolean {
  change(list)
  let text = ''
  for (let i = 0; i < list.length; i++) text += i === 0 ? list[i] : `,${list[i]}`
  return text === expected
}

function bytes(change: (bytes: Uint8Array) => unknown): number | undefined {
  const list = new Uint8Array(2)
  change(list)
  return list[1]
}
