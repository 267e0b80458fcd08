export { BlockService, type BlockServiceOptions } from './block-service/index.ts'
export { defaultWorkerRules, type WorkerRules } from './site.ts'
export { Worker } from './worker.ts'
export type { WorkerOptions } from './worker-options.ts'
