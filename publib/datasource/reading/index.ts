// What reading takes. The whole face would load all that writing takes into every thread that reads.
export type { Codec } from '../codecs/index.ts'
export { bytesOfSplits, type FileRange, type Split } from '../input-file.ts'
export type { Encoding } from '../line-ends.ts'
export { listInputs } from '../paths.ts'
export { planSplits, planWholeFiles } from '../plan-splits.ts'
export { readLineColumns, readLines } from '../text-source.ts'
