// What executors need of a lineage. The whole face would load the capture of closures into every thread: a third of its start.
export { type AsyncPart, asyncOperators } from '../async-lineage.ts'
export type { ComputeContext } from '../compute-context.ts'
export { type DecodedStage, decodeStage, type StageInstance } from '../decode-stage.ts'
export { notANumber, notAPair } from '../errors.ts'
export { batched, EMIT_RECORDS } from '../records.ts'
export { iterableOf, refusePromise } from '../results.ts'
export type { Root } from '../root.ts'
export { combiningOf } from '../shuffle-dependency.ts'
