import type { Column } from '#publib/columnar'

/** The number of each kind of column in a block. Numbers never change their meaning; new ones are added at the end, behind TWICE. */
export const KIND: { readonly [K in Column['kind']]: number } = {
  constant: 0,
  f64: 1,
  i32: 2,
  i64: 3,
  bool: 4,
  date: 5,
  utf8: 6,
  utf16: 7,
  bytes: 8,
  nullable: 9,
  tuple: 10,
  list: 11,
  record: 12,
  values: 13,
}

/** Pairs of twice the same, for which one column stands. */
export const TWICE = 14
