export { type CodegenMode, isCodegenMode } from './mode.ts'
export { type MapPart, type StageCode, stageCode } from './stage-code.ts'
