export { BlockService, type BlockServiceOptions } from './block-service/index.ts'
export { defaultWorkerRules, type WorkerRules } from './site.ts'
export { Worker, type WorkerOptions } from './worker.ts'
