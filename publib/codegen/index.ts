export { type CodegenMode, isCodegenMode } from './mode.ts'
export { type StageCode, stageCode } from './stage-code.ts'
