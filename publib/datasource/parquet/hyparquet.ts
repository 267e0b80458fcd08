import { packageMissing } from '../errors.ts'

/** Bytes of a file, read where they are asked for. */
export interface AsyncBuffer {
  readonly byteLength: number
  slice(start: number, end?: number): ArrayBuffer
}

/** What is used of a file's footer. */
export interface FileMetaData {
  readonly schema: readonly { readonly name: string; readonly num_children?: number }[]
  readonly row_groups: readonly {
    readonly num_rows: bigint
    readonly columns: readonly {
      readonly meta_data?: {
        readonly path_in_schema: readonly string[]
        readonly total_compressed_size: bigint
      }
    }[]
  }[]
}

export interface ParquetScan {
  readonly metadata: FileMetaData
  readonly ranges: readonly { readonly rowStart: number; readonly rowEnd: number }[]
  readColumn(what: {
    readonly column: string
    readonly rowStart: number
    readonly rowEnd: number
  }): Promise<ArrayLike<unknown>>
}

/** Conditions in the words of the package. */
export interface ParquetQueryFilter {
  readonly $and: readonly Readonly<Record<string, unknown>>[]
}

/** Give the bytes of a page, of `size` bytes, from what it was compressed to. */
export type Decompressors = Readonly<
  Record<string, (bytes: Uint8Array, size: number) => Uint8Array>
>

/** What is used of hyparquet: its own types would be missing where it is not installed. */
interface Hyparquet {
  parquetMetadataAsync(
    file: AsyncBuffer,
    options: { readonly initialFetchSize: number },
  ): Promise<FileMetaData>
  parquetScan(options: {
    readonly file: AsyncBuffer
    readonly metadata: FileMetaData
    readonly compressors: Decompressors
    readonly utf8: boolean
    readonly useOffsetIndex: boolean
    readonly filterStrict: boolean
    readonly columns?: string[]
    readonly pruningFilter?: ParquetQueryFilter
  }): Promise<ParquetScan>
}

let loading: Promise<Hyparquet> | undefined

/** The reader of Parquet, loaded when it is first needed. @throws MODULE_MISSING */
export function hyparquet(): Promise<Hyparquet> {
  loading ??= (import('hyparquet') as Promise<unknown> as Promise<Hyparquet>).catch(
    (error: unknown) => {
      loading = undefined
      throw packageMissing('hyparquet', 'Reading Parquet', error)
    },
  )
  return loading
}
