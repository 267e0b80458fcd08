/** What gathers one place of the rows that a typed loop gives: see leaf-buffers.ts. */
export type LeafKind =
  | 'f64'
  | 'i32'
  | 'bool'
  /** Texts that lie in the bytes of the input. */
  | 'slices'
  /** The same, and some are not there. */
  | 'maybeSlices'
  /** Texts that are written byte by byte. */
  | 'bytes'
  /** Numbers that become texts, between texts that are the same in all rows. */
  | 'numbered'
  /** JavaScript strings, as bytes. */
  | 'strings'
  /** Values of any kind, as the column that they fit in. */
  | 'detected'
  /** Values of any kind that nobody encodes: numbers are numbers, all others stay as they are. */
  | 'opaque'

/** Rows gathered before they are given on, where a loop makes more rows than it gets. */
export const GATHERED_ROWS = 8192
