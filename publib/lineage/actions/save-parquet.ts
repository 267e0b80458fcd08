import { loadParquetWriter } from '#publib/datasource/parquet'
import type { ActionParts } from '../action.ts'
import { SaveParts } from './save-parts.ts'

/** `SaveParts` for Parquet, whose writer must be loaded before a task, which is synchronous, can use it. */
export class SaveParquet extends SaveParts {
  static override readonly tag: string = 'saveParquet'
  override readonly tag = SaveParquet.tag

  static override decode(parts: ActionParts): SaveParquet {
    return new SaveParquet(SaveParts.decode(parts).output)
  }
}

/** The action, and what it writes with. @throws MODULE_MISSING */
export async function loadSaveParquet(): Promise<typeof SaveParquet> {
  await loadParquetWriter()
  return SaveParquet
}
