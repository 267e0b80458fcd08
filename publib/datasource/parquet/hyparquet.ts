import type * as Hyparquet from 'hyparquet'
import { packageMissing } from '../errors.ts'

export type { AsyncBuffer, FileMetaData, ParquetQueryFilter, ParquetScan } from 'hyparquet'

let loading: Promise<typeof Hyparquet> | undefined

/** The reader of Parquet, loaded when it is first needed. @throws MODULE_MISSING */
export function hyparquet(): Promise<typeof Hyparquet> {
  loading ??= import('hyparquet').catch((error: unknown) => {
    loading = undefined
    throw packageMissing('hyparquet', 'Reading Parquet', error)
  })
  return loading
}
