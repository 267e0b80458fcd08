/** A batch takes more bytes than one block may have: it is halved and tried again. */
export class BatchTooLarge extends Error {
  override readonly name = 'BatchTooLarge'
}

/** Values are nested deeper than columns go (or for ever): the batch is kept as plain values. */
export class TooDeepForColumns extends Error {
  override readonly name = 'TooDeepForColumns'
}

/** How deep columns stand in columns. */
export const COLUMN_DEPTH_MAX = 6
/** The longest array that is a tuple, with a column for each place. */
export const TUPLE_LENGTH_MAX = 16
/** The most keys of a record. */
export const RECORD_KEYS_MAX = 64
/** The most items of all lists of a column together. */
export const LIST_ITEMS_MAX = 1 << 22
