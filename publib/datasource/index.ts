export { type Codec, codecNamed } from './codecs/index.ts'
export { abortOutput, beginOutput, commitOutput, type OutputOptions } from './commit.ts'
export * from './errors.ts'
export type * from './input-file.ts'
export type { Encoding } from './line-ends.ts'
export type { CsvOutput, PartFormat } from './part-formats.ts'
export {
  type OutputJob,
  type SinkEnvironment,
  type WrittenPart,
  writePart,
} from './part-sink.ts'
export { absolutePath, type ListOptions, listInputs } from './paths.ts'
export { planSplits, type SplitOptions } from './plan-splits.ts'
export { type LineOptions, readLineColumns, readLines } from './text-source.ts'
