export { type CodegenMode, isCodegenMode } from './mode.ts'
export { StageLoops } from './stage-loops.ts'
