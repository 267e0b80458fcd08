export type * from './events.ts'
export type * from './info.ts'
export {
  type ExecutorRecord,
  type JobRecord,
  type StageRecord,
  stageInfoOf,
  type TaskRecord,
} from './records.ts'
export * from './status-store.ts'
