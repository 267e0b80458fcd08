export { BlockService, type BlockServiceOptions } from './block-service.ts'
export { type RunningBlockService, startBlockThread } from './block-thread.ts'
