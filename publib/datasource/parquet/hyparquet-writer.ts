import { packageMissing } from '../errors.ts'

/** Bytes that were written and not taken yet. */
export interface ByteWriter {
  index: number
  getBytes(): Uint8Array
}

/** An element of a schema, as the format has it. */
export interface SchemaElement {
  readonly name: string
  readonly type?: string
  readonly converted_type?: string
  readonly repetition_type?: string
  readonly num_children?: number
}

export interface ParquetWriter {
  write(group: {
    readonly columnData: readonly { readonly name: string; readonly data: readonly unknown[] }[]
    readonly rowGroupSize: number
  }): void
  finish(): void
}

/** What is used of hyparquet-writer: its own types would be missing where it is not installed. */
interface Writer {
  readonly ByteWriter: new () => ByteWriter
  readonly ParquetWriter: new (options: {
    readonly writer: ByteWriter
    readonly schema: readonly SchemaElement[]
    readonly codec: string
    readonly compressors: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>>
    readonly createdBy: string
  }) => ParquetWriter
}

let loaded: Writer | undefined

/** Loads the writer of Parquet, before tasks that write synchronously. @throws MODULE_MISSING */
export async function loadParquetWriter(): Promise<void> {
  try {
    loaded ??= (await import('hyparquet-writer')) as unknown as Writer
  } catch (error) {
    throw packageMissing('hyparquet-writer', 'Writing Parquet', error)
  }
}

/** What was loaded. */
export function parquetWriter(): Writer {
  if (loaded === undefined) throw new Error('the writer of Parquet has not been loaded')
  return loaded
}
