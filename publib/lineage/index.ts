export * from './action.ts'
export * from './actions/index.ts'
export { allTags } from './all-operators.ts'
export { type AsyncPart, asyncOperators, mayWait } from './async-lineage.ts'
export * from './combining.ts'
export type * from './compute-context.ts'
export { type DecodedStage, decodeStage, type StageInstance } from './decode-stage.ts'
export { atCallSite } from './errors.ts'
export { FilesLineage, type MalformedCount } from './files-lineage.ts'
export { HyperLogLog } from './hyper-log-log.ts'
export * from './lineage.ts'
export * from './operators/index.ts'
export * from './placement.ts'
export * from './placing.ts'
export type * from './preparation.ts'
export { Records } from './records.ts'
export { Remembered } from './remembered.ts'
export { checkValue } from './results.ts'
export * from './root.ts'
export { combiningOf } from './shuffle-dependency.ts'
export {
  collectPartitionData,
  type EncodedStage,
  encodeStage,
  recogniseStage,
  type SourceData,
} from './stage-codec.ts'
export type { StageWork } from './stage-text.ts'
export { StatCounter } from './stat-counter.ts'
