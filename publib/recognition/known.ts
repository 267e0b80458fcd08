/** What of the language a shape may call: pure, and the same everywhere. */
import type { KnownFunction, KnownMethod } from './shape.ts'

/** Least and largest number of arguments. */
export type Arity = readonly [number, number]

const ONE: Arity = [1, 1]
const TWO: Arity = [2, 2]
/** A call with more arguments than that is not simple. */
const MANY: Arity = [0, 8]

const MATH_OF_ONE =
  'abs acos acosh asin asinh atan atanh cbrt ceil clz32 cos cosh exp expm1 floor fround log log10 log1p log2 round sign ' +
  'sin sinh sqrt tan tanh trunc'

/** Functions by their path from the global object. */
export const knownFunctions: ReadonlyMap<string, Arity> = new Map<KnownFunction, Arity>([
  ...MATH_OF_ONE.split(' ').map((name): [KnownFunction, Arity] => [`Math.${name}`, ONE]),
  ['Math.imul', TWO],
  ['Math.pow', TWO],
  ['Math.atan2', TWO],
  ['Math.max', MANY],
  ['Math.min', MANY],
  ['Math.hypot', MANY],
  ['Number', ONE],
  ['String', ONE],
  ['Boolean', ONE],
  ['parseInt', [1, 2]],
  ['parseFloat', ONE],
  ['isNaN', ONE],
  ['isFinite', ONE],
  ['Number.isNaN', ONE],
  ['Number.isFinite', ONE],
  ['Number.isInteger', ONE],
  ['Number.parseInt', [1, 2]],
  ['Number.parseFloat', ONE],
  ['Array.isArray', ONE],
  ['JSON.parse', ONE],
])

/** Methods of strings, numbers and arrays that take no function. */
export const knownMethods: ReadonlyMap<string, Arity> = new Map<KnownMethod, Arity>([
  ['split', [1, 2]],
  ['trim', [0, 0]],
  ['trimStart', [0, 0]],
  ['trimEnd', [0, 0]],
  ['toLowerCase', [0, 0]],
  ['toUpperCase', [0, 0]],
  ['slice', [0, 2]],
  ['substring', [1, 2]],
  ['charAt', [0, 1]],
  ['charCodeAt', [0, 1]],
  ['codePointAt', [0, 1]],
  ['startsWith', [1, 2]],
  ['endsWith', [1, 2]],
  ['includes', [1, 2]],
  ['indexOf', [1, 2]],
  ['lastIndexOf', [1, 2]],
  ['at', ONE],
  ['padStart', [1, 2]],
  ['padEnd', [1, 2]],
  ['repeat', ONE],
  ['replace', TWO],
  ['replaceAll', TWO],
  ['join', [0, 1]],
  ['toFixed', [0, 1]],
  ['concat', [1, 8]],
  ['toString', [0, 1]],
  ['toArray', [0, 0]],
])

/** Methods whose first argument may be a regular expression. */
export const takesPattern: ReadonlySet<string> = new Set(['split', 'replace', 'replaceAll'])

/** Numbers that nothing can change. */
export const constants: ReadonlyMap<string, number> = new Map([
  ...['E', 'LN10', 'LN2', 'LOG10E', 'LOG2E', 'PI', 'SQRT1_2', 'SQRT2'].map(
    (name): [string, number] => [`Math.${name}`, Reflect.get(Math, name) as number],
  ),
  ['Number.MAX_SAFE_INTEGER', Number.MAX_SAFE_INTEGER],
  ['Number.MIN_SAFE_INTEGER', Number.MIN_SAFE_INTEGER],
  ['Number.MAX_VALUE', Number.MAX_VALUE],
  ['Number.MIN_VALUE', Number.MIN_VALUE],
  ['Number.EPSILON', Number.EPSILON],
  ['Number.POSITIVE_INFINITY', Number.POSITIVE_INFINITY],
  ['Number.NEGATIVE_INFINITY', Number.NEGATIVE_INFINITY],
  ['Number.NaN', Number.NaN],
])
