/** The values of one place in many records, held by kind. Every kind gives back exactly the values it was made of. */
export type Column =
  /** All the same: undefined or null. */
  | { readonly kind: 'constant'; readonly rows: number; readonly value: null | undefined }
  | { readonly kind: 'f64'; readonly values: Float64Array }
  /** Integers of 32 bits, none of them -0. */
  | { readonly kind: 'i32'; readonly values: Int32Array }
  /** Bigints of 64 bits. */
  | { readonly kind: 'i64'; readonly values: BigInt64Array }
  /** 1 is true. */
  | { readonly kind: 'bool'; readonly values: Uint8Array }
  | { readonly kind: 'date'; readonly values: Float64Array }
  /** Well-formed strings; lengths in bytes. Without `starts` they stand one behind the other and fill `bytes`. */
  | {
      readonly kind: 'utf8'
      readonly bytes: Uint8Array
      readonly lengths: Uint32Array
      readonly starts?: Uint32Array | undefined
    }
  /** Strings with lone surrogates among them; lengths in code units. */
  | { readonly kind: 'utf16'; readonly units: Uint16Array; readonly lengths: Uint32Array }
  | {
      readonly kind: 'bytes'
      readonly bytes: Uint8Array
      readonly lengths: Uint32Array
      readonly isBuffer: boolean
    }
  /** For each row 0 (the next of `values`), 1 (null) or 2 (undefined). */
  | { readonly kind: 'nullable'; readonly marks: Uint8Array; readonly values: Column }
  /** Arrays of one length: pairs above all. */
  | { readonly kind: 'tuple'; readonly rows: number; readonly fields: readonly Column[] }
  /** Arrays, or groups, of different lengths: their items one behind the other. */
  | {
      readonly kind: 'list'
      readonly lengths: Uint32Array
      readonly items: Column
      readonly isGroup: boolean
    }
  /** Plain objects with the same keys in the same order. */
  | {
      readonly kind: 'record'
      readonly rows: number
      readonly keys: readonly string[]
      readonly fields: readonly Column[]
    }
  /** Anything else. */
  | { readonly kind: 'values'; readonly values: readonly unknown[] }

export function rowsOf(column: Column): number {
  switch (column.kind) {
    case 'constant':
    case 'tuple':
    case 'record':
      return column.rows
    case 'utf8':
    case 'utf16':
    case 'bytes':
    case 'list':
      return column.lengths.length
    case 'nullable':
      return column.marks.length
    default:
      return column.values.length
  }
}
