import type { Codec } from './codecs/index.ts'

/** A file to read, as the driver has found it. */
export interface InputFile {
  readonly path: string
  readonly size: number
  readonly codec: Codec
}

/** The bytes from `start` up to `end` of a file; whole files where they are compressed. */
export interface FileRange {
  readonly path: string
  readonly start: number
  readonly end: number
  /** Of the file when it was listed: a file that has become shorter is not read. */
  readonly size: number
  readonly codec: Codec
}

/** What one partition reads, in this order. Plain data: it travels with the task. */
export interface Split {
  readonly ranges: readonly FileRange[]
}

/** Bytes of files, compressed ones as they are. */
export function bytesOfSplits(splits: readonly Split[]): number {
  let bytes = 0
  for (const { ranges } of splits) for (const { start, end } of ranges) bytes += end - start
  return bytes
}
