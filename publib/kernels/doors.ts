/** Texts as bytes of well-formed UTF-8: row i begins at byte `starts[i]`; without `starts` they stand one behind the other. */
export interface Texts {
  readonly bytes: Uint8Array
  readonly starts: Uint32Array | undefined
  /** In bytes. */
  readonly lengths: Uint32Array
}

/** Numbers equal keys: the first that comes is 0, the next that is new 1. Holds memory until `release`. */
export interface KeyTable<Keys> {
  /** How many keys it knows. */
  readonly size: number
  /** What it holds, in bytes. */
  readonly bytes: number
  /** The number of each key; new keys get the next ones in the order of their coming. Valid until the next call of any kernel. */
  idsOf(keys: Keys): Int32Array
  /** All keys by their number: a copy. */
  keys(): Keys
  /** hashValue of each key, by its number: a copy. */
  hashes(): Int32Array
  /** Forgets all keys, and keeps its memory for new ones. */
  clear(): void
  release(): void
}

/**
 * What is done to whole columns at once. Two implementations give the same results: one in plain TypeScript, which is the
 * definition, and one in WebAssembly. Both leave what they are given as it is; results are fresh unless said otherwise.
 */
export interface Kernels {
  readonly name: 'plain' | 'wasm'
  /** What it holds outside the heap, in bytes. */
  readonly memoryBytes: number
  /** The lines of some text that holds whole lines, without their ends: `\n`, `\r\n`, or a lone `\r`. Texts share `bytes`. */
  splitLines(bytes: Uint8Array): Texts
  /** As `text.split(separator)` of each row, one after another; `counts` of each row. `separator` is one ASCII byte or more. Tokens share `texts.bytes`. */
  splitEach(
    texts: Texts,
    separator: Uint8Array,
  ): { readonly tokens: Texts; readonly counts: Uint32Array }
  /** As `text.split(/\s+/)` of each row. */
  splitSpaces(texts: Texts): { readonly tokens: Texts; readonly counts: Uint32Array }
  /** hashString of each. */
  hashTexts(texts: Texts): Int32Array
  /** hashNumber of each. */
  hashNumbers(values: Float64Array): Int32Array
  /** Equal where the bytes are. */
  textTable(): KeyTable<Texts>
  /** Equal as by equalValues: NaN equals itself, -0 is 0 (and is kept as 0). */
  numberTable(): KeyTable<Float64Array>
  /** The order in which texts rise by their UTF-16 code units, as `<` compares strings; equal ones as they come. */
  orderOfTexts(texts: Texts): Uint32Array
  /** The order in which numbers rise by the total order of compareValues; equal ones as they come. */
  orderOfNumbers(values: Float64Array): Uint32Array
  /** The texts at the places `order`, packed: `starts` is undefined. */
  gatherTexts(texts: Texts, order: Uint32Array): Texts
  /** Length of each text in UTF-16 code units, as `length` of the string. */
  unitLengths(texts: Texts): Uint32Array
}
