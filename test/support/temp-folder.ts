import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What temporary folders of this process begin with: other runs on the machine have others. */
export const TEMP_PREFIX = `simspark-test-${process.pid}-`

/** Gives the tests of a `describe` a private folder each, and takes it away again. */
export function useTempFolder(): () => string {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), TEMP_PREFIX))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))
  return () => folder
}
