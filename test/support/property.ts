import { inspect } from 'node:util'
import * as fc from 'fast-check'

/*
 * The one door to fast-check. Runs are reproducible: the seed is fixed unless SIMSPARK_TEST_SEED says otherwise, and a
 * failure prints seed and smallest counterexample.
 */
const SEED = Number(process.env['SIMSPARK_TEST_SEED'] ?? 20_260_101)

/** Holds `claim` for `runs` random values; a false or thrown claim fails with the smallest one found. */
export function holdsForAll<T>(
  values: fc.Arbitrary<T>,
  claim: (value: T) => boolean | undefined,
  runs = 200,
): void {
  void fc.assert(
    fc.property(values, value => claim(value) ?? true),
    { numRuns: runs, seed: SEED },
  )
}

export type { Arbitrary } from 'fast-check'
/** Fails unless `actual` is `expected` to the last bit: -0, NaN, holes, order and prototypes included. */
export function assertExactly(actual: unknown, expected: unknown, path = 'value'): void {
  if (Object.is(actual, expected)) return
  const difference = `${path}: ${inspect(actual)} is not exactly ${inspect(expected)}`
  if (!isObject(actual) || !isObject(expected)) throw new Error(difference)
  if (Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected)) throw new Error(difference)
  if (contentOf(actual) !== contentOf(expected)) throw new Error(difference)
  if (expected instanceof Map || expected instanceof Set) {
    assertExactly([...(actual as Set<unknown>)], [...expected], `${path}<entries>`)
  }
  const keys = Reflect.ownKeys(expected)
  const given = Reflect.ownKeys(actual)
  if (keys.length !== given.length) throw new Error(difference)
  for (const [i, key] of keys.entries()) {
    if (given[i] !== key) throw new Error(difference)
    const field = `${path}.${String(key)}`
    assertExactly(actual[key as never], expected[key as never], field)
  }
}

/** What an object holds beside its properties. */
function contentOf(value: object): string {
  if (value instanceof Date) return String(value.getTime())
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')
  return value instanceof RegExp ? String(value) : ''
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

export { fc }

const strings = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  // Lone surrogates and whatever else fits in 16 bits.
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 })
    .map(u => String.fromCharCode(...u)),
)

const numbers = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 2 ** 31, -(2 ** 31), 2 ** 53, 0.1),
)

/** What can be a key: plain data that is compared by value. */
export const keys: fc.Arbitrary<unknown> = fc.letrec(tie => ({
  leaf: fc.oneof(
    numbers,
    strings,
    fc.bigInt(),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.date({ noInvalidDate: false }),
    fc.uint8Array({ maxLength: 6 }),
  ),
  key: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    tie('leaf'),
    fc.array(tie('key'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 3 }), tie('key'), { maxKeys: 3 }),
  ),
})).key

/** Anything that can be encoded, and comes back as it was. */
export const values: fc.Arbitrary<unknown> = fc.letrec(tie => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    keys,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(keys, fc.boolean()), { maxLength: 4 }).map(entries => new Map(entries)),
    fc.array(keys, { maxLength: 4 }).map(items => new Set(items)),
    fc.dictionary(fc.string({ maxLength: 3 }), tie('value'), { maxKeys: 4 }),
    fc.sparseArray(fc.integer(), { maxLength: 6 }),
    fc.float64Array({ maxLength: 4 }),
    fc.int16Array({ maxLength: 4 }),
    fc.bigInt64Array({ maxLength: 3 }),
    fc.constantFrom(/a+b/gi, Object.assign(Object.create(null), { a: 1 })),
  ),
})).value

/** Records as they are found in practice: mostly of one shape, with odd ones among them. */
export const batches: fc.Arbitrary<unknown[]> = fc.oneof(
  fc.array(strings, { maxLength: 40 }),
  fc.array(numbers, { maxLength: 40 }),
  fc.array(fc.tuple(strings, fc.integer()), { maxLength: 40 }),
  fc.array(fc.tuple(keys, values), { maxLength: 12 }),
  fc.array(fc.record({ id: fc.integer(), name: fc.option(strings), when: fc.date() }), {
    maxLength: 30,
  }),
  fc.array(fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), { maxLength: 20 }),
  fc.array(fc.array(fc.double(), { maxLength: 5 }), { maxLength: 20 }),
  fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 20 }),
  fc.array(values, { maxLength: 12 }),
)
