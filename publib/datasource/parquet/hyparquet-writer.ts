import type * as Writer from 'hyparquet-writer'
import { packageMissing } from '../errors.ts'

let loaded: typeof Writer | undefined

/** Loads the writer of Parquet, before tasks that write synchronously. @throws MODULE_MISSING */
export async function loadParquetWriter(): Promise<void> {
  try {
    loaded ??= await import('hyparquet-writer')
  } catch (error) {
    throw packageMissing('hyparquet-writer', 'Writing Parquet', error)
  }
}

/** What was loaded. */
export function parquetWriter(): typeof Writer {
  if (loaded === undefined) throw new Error('the writer of Parquet has not been loaded')
  return loaded
}
