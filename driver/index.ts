export { type SettingKey, type Settings, type SettingValue, SparkConf } from '#config'
export { StorageLevel } from '#publib/blocks'
export {
  bind,
  type ClosureCapture,
  type ClosureReport,
  explain,
  registerShippable,
} from '#publib/closure'
export {
  type Accumulator,
  type AccumulatorOptions,
  type AccumulatorParam,
  AccumulatorV2,
  type Broadcast,
  type NumberAccumulator,
  SparkFiles,
  TaskContext,
} from '#publib/execution'
export { StatCounter } from '#publib/lineage'
export { HashPartitioner, type Partitioner, RangePartitioner } from '#publib/shuffle'
export type {
  ExecutorInfo,
  JobInfo,
  SparkListener,
  SparkListenerEvent,
  SparkListenerEvents,
  StageInfo,
  TaskCounts,
  TaskInfo,
} from '#publib/status'
export type { TaskMetrics } from '#publib/task'
export { type CallSite, type ErrorCode, KeyedMap, SimSparkError } from '#publib/util'
export type { SparkContextOptions } from './context-options.ts'
export type { StatusTracker } from './listener/status-tracker.ts'
export type * from './options.ts'
export { RDD } from './rdd.ts'
export type { PoolInfo } from './scheduler/pools.ts'
export { SparkContext } from './spark-context.ts'
export type * from './values.ts'
