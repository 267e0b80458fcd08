/** Texts as bytes of well-formed UTF-8: row i begins at byte `starts[i]`; without `starts` they stand one behind the other. */
export interface Texts {
  readonly bytes: Uint8Array
  readonly starts: Uint32Array | undefined
  /** In bytes. */
  readonly lengths: Uint32Array
}

/** The parts of texts, those of one text behind those of the one before. */
export interface Tokens {
  readonly tokens: Texts
  /** How many each text has. */
  readonly counts: Uint32Array
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

/** Takes integers as they are: they are numbers, as doubles are. */
export interface NumberTable extends KeyTable<Float64Array> {
  idsOf(values: Float64Array | Int32Array): Int32Array
}

/** How a text is compared with a part: as the method of strings of that name, `equals` as `===`. */
export type TextTest = 'equals' | 'startsWith' | 'endsWith' | 'includes'

/** Memory that kernels read and write without a copy. */
export interface KernelMemory {
  /** What it holds outside the heap, in bytes. */
  readonly memoryBytes: number
  /** Bytes that kernels read without a copy. They stay where they are, with what was in them before, until they are freed. */
  allocate(size: number): Uint8Array
  /** Gives back what `allocate` gave. */
  free(bytes: Uint8Array): void
  /**
   * While `work` runs, results of kernels may lie in their own memory, where the next kernel finds them without a copy;
   * they end with it. Who keeps a result longer copies it; tables live on. Scopes can stand inside each other.
   */
  scope<Result>(work: () => Result): Result
}

/** What is done to texts. */
export interface TextKernels {
  /** Whether all bytes are below 128. */
  isAscii(bytes: Uint8Array): boolean
  /** Whether the bytes are well-formed UTF-8. */
  isUtf8(bytes: Uint8Array): boolean
  /** The lines of some text that holds whole lines, without their ends: `\n`, `\r\n`, or a lone `\r`. Texts share `bytes`. */
  splitLines(bytes: Uint8Array): Texts
  /** As `text.split(separator)` of each row, one after another. `separator` is one byte of UTF-8 or more. Tokens share `texts.bytes`. */
  splitEach(texts: Texts, separator: Uint8Array): Tokens
  /** As `text.split(/\s+/)` of each row. Tokens share `texts.bytes`. */
  splitSpaces(texts: Texts): Tokens
  /** hashString of each. */
  hashTexts(texts: Texts): Int32Array
  /** The texts at the places `order`, packed: `starts` is undefined. */
  gatherTexts(texts: Texts, order: Uint32Array): Texts
  /** Length of each text in UTF-16 code units, as `length` of the string. */
  unitLengths(texts: Texts): Uint32Array
  /** 1 where `test` holds for a text and `part`, 0 elsewhere. */
  testTexts(texts: Texts, test: TextTest, part: Uint8Array): Uint8Array
  /** As `toLowerCase` or `toUpperCase` of each; undefined where the bytes of `texts` are not ASCII. */
  caseTexts(texts: Texts, to: 'lower' | 'upper'): Texts | undefined
}

export interface RecordSums {
  readonly low: number
  readonly high: number
}

/** What finds equal keys. */
export interface KeyKernels {
  /** hashNumber of each. */
  hashNumbers(values: Float64Array | Int32Array): Int32Array
  /** What records add to the two sums of a content hash: of each the hash of its key, and that of its value. Unsigned. */
  recordSums(keyHashes: Int32Array, valueHashes: Int32Array): RecordSums
  /**
   * Adds value i to `sums[ids[i]]`. Ids from `size` on are new and come in order, without gaps: the first value of one is its sum.
   * `sums` has room as if every row were new, and is not copied where it lies in allocated bytes. Gives how many ids there are.
   */
  addByIds(
    ids: Int32Array,
    values: Float64Array | Int32Array,
    sums: Float64Array,
    size: number,
  ): number
  /** Equal where the bytes are. */
  textTable(): KeyTable<Texts>
  /** Equal as by equalValues: NaN equals itself, -0 is 0 (and is kept as 0). */
  numberTable(): NumberTable
}

/** What makes something else of numbers. */
export interface NumberKernels {
  /** The same numbers, where all are integers of 32 bits and none is -0. */
  integersOf(values: Float64Array): Int32Array | undefined
  /** String of each number between the same bytes; undefined where one is no safe integer. */
  numberTexts(values: Float64Array, before: Uint8Array, behind: Uint8Array): Texts | undefined
}

/** The bytes that matter in CSV; -1 where there is no such character. */
export interface CsvCharacters {
  readonly delimiter: number
  readonly quote: number
  readonly comment: number
}

/** Fields of whole records, as places in the bytes that they were found in. */
export interface CsvFields {
  /** Without quotes. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** 1: quoted. 2: quoted, with doubled quotes inside. */
  readonly quoted: Uint8Array
  /** For each record, the number of fields up to its end, and the byte at which it begins. */
  readonly rowEnds: Int32Array
  readonly rowStarts: Int32Array
  readonly rows: number
  /** Where the first record begins that was not read; the end of the bytes where there is none. */
  readonly rest: number
}

/** Whole records that all have the same number of fields. */
export interface CsvGrid {
  readonly rows: number
  readonly width: number
  /** Where fields end, record by record: at a delimiter, a line feed or the end of the bytes; the next one begins behind it. */
  readonly ends: Uint32Array
  /** Where the first record begins that was not read; the end of the bytes where there is none. */
  readonly rest: number
  /** Whether there may be doubled quotes in any of them. */
  readonly hasDoubled: boolean
}

/** One field of each record, as a place in the bytes. */
export interface CsvCells {
  /** Quotes are left out, and the return of a line end. */
  readonly starts: Uint32Array
  readonly lengths: Uint32Array
  /** 1: empty, without quotes. 2: it has doubled quotes in it. 0: any other. */
  readonly signs: Uint8Array
  /** All signs that there are, one bit each. */
  readonly found: number
}

/** What reads CSV. */
export interface CsvKernels {
  /**
   * The whole records that begin in the first `limit` bytes, where one begins at their start; `isLast`: the file ends with them.
   * Empty lines are no records. Undefined where something must be looked at byte by byte: quotes that are not around a whole
   * field, or comments.
   */
  csvRecords(
    bytes: Uint8Array,
    limit: number,
    characters: CsvCharacters,
    isLast: boolean,
  ): CsvFields | undefined
  /**
   * As `csvRecords`, where all records have `width` fields, two or more; ends are written to `room`, and are valid as long as
   * that is. Undefined where some have others, a line is empty, there are comments, or `room` is perhaps too small.
   */
  csvGrid(
    bytes: Uint8Array,
    limit: number,
    characters: CsvCharacters,
    isLast: boolean,
    width: number,
    room: Uint32Array,
  ): CsvGrid | undefined
  /** The fields at `place` of records that were found in `bytes`. `quote` is -1 where there is none. */
  csvCells(bytes: Uint8Array, grid: CsvGrid, place: number, quote: number): CsvCells
}

/** Names from the outermost object of a text inwards: `['a', 'b']` is 1 in `{"a": {"b": 1}}`. At least one. */
export type JsonPath = readonly string[]

/** What one field is, text by text. */
export interface JsonField {
  /** 0: there is none. 1: null. 2: false. 3: true. 4: a number. 5: a text. */
  readonly kinds: Uint8Array
  /** Bit k for each kind k that there is. */
  readonly found: number
  /** Where it is a number. */
  readonly numbers: Float64Array
  /** Where it is a text; empty elsewhere. */
  readonly texts: Texts
}

/** What reads JSON. */
export interface JsonKernels {
  /**
   * Fields of what JSON.parse gives of each text, one for each path; of a name that comes twice, the last. No path begins with
   * all of another. Undefined unless all texts are objects, all that paths go through are objects in each of them, and no field
   * is an object, an array or a text with half a surrogate pair; it may be undefined elsewhere too, where the text is unusual.
   */
  jsonFields(texts: Texts, paths: readonly JsonPath[]): readonly JsonField[] | undefined
}

/** What finds the order of rows. */
export interface OrderKernels {
  /** The order in which texts rise (or fall) by their UTF-16 code units, as `<` compares strings; equal ones as they come. */
  orderOfTexts(texts: Texts, isFalling?: boolean): Uint32Array
  /** The order in which numbers rise (or fall) by the total order of compareValues; equal ones as they come. */
  orderOfNumbers(values: Float64Array, isFalling?: boolean): Uint32Array
  /** The numbers themselves in that order, which is -0 and 0 as they come. */
  sortNumbers(values: Float64Array, isFalling?: boolean): Float64Array
  /** How many of the `bounds`, which rise in that order, come before each text. */
  placesOfTexts(texts: Texts, bounds: Texts): Int32Array
  /** How many of the `bounds`, which rise in that order, come before each number. */
  placesOfNumbers(values: Float64Array, bounds: Float64Array): Int32Array
}

/**
 * What is done to whole columns at once. Two implementations give the same results: one in plain TypeScript, which is the
 * definition, and one in WebAssembly. Both leave what they are given as it is; results are fresh unless said otherwise.
 */
export interface Kernels
  extends KernelMemory,
    TextKernels,
    KeyKernels,
    NumberKernels,
    OrderKernels,
    CsvKernels,
    JsonKernels {
  readonly name: 'plain' | 'wasm'
}
