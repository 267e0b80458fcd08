export { defaultRules, type MasterRules } from './cluster.ts'
export { Master, type MasterOptions } from './master.ts'
export type { MasterStatus } from './status.ts'
