// What executors need of a lineage. The whole face would load the capture of closures into every thread: a third of its start.
export { AsyncLineage, type AsyncPart, asyncOperators } from '../async-lineage.ts'
export { type DecodedStage, decodeStage, type StageInstance } from '../decode-stage.ts'
