/** What stands before each plain value. Numbers never change their meaning; new ones are added at the end. */
export const TAG = {
  undefined: 0,
  null: 1,
  true: 2,
  false: 3,
  integer: 4,
  double: 5,
  bigint: 6,
  utf8: 7,
  utf16: 8,
  array: 9,
  hole: 10,
  object: 11,
  bareObject: 12,
  date: 13,
  map: 14,
  set: 15,
  regexp: 16,
  error: 17,
  view: 18,
  arrayBuffer: 19,
  boxed: 20,
  reference: 21,
  group: 22,
  keyedMap: 23,
  /** An array with further properties behind its items. */
  arrayWithFields: 24,
} as const

/** Kinds of views by number. */
export const VIEWS = [
  'Uint8Array',
  'Buffer',
  'Int8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'DataView',
] as const

/** Deeper values are refused: they would overflow the stack of whoever reads them. */
export const VALUE_DEPTH_MAX = 1000
