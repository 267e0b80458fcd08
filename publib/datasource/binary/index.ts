export type { Split } from '../input-file.ts'
export { readFiles, readFixedRecords, readObjects, textOfFile } from './read-binary.ts'
