/** What becomes of records that cannot be read, as plain data. */
export interface RecordPolicy {
  /** Keep what can be read of it, leave it out, or fail with its place. */
  readonly mode: 'permissive' | 'dropMalformed' | 'failFast'
  /** The name under which 'permissive' keeps the text of such a record; undefined: nowhere. */
  readonly corruptColumn: string | undefined
  /** A longer record is an error in every mode. */
  readonly recordBytesMax: number
}
