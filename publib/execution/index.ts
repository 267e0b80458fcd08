export {
  Accumulator,
  type AccumulatorKind,
  type AccumulatorOptions,
  type MergingAccumulator,
  NumberAccumulator,
} from './accumulator.ts'
export {
  type AccumulatorOperations,
  type AccumulatorParam,
  addDoubles,
  addLongs,
  addNumbers,
  gather,
  type NumberState,
  operationsOf,
} from './accumulator-operations.ts'
export { AccumulatorV2, registerAccumulator } from './accumulator-v2.ts'
export { Broadcast, type BroadcastControl, notingBroadcasts } from './broadcast.ts'
export { connectionPair } from './connection-pair.ts'
export { currentTask } from './current-task.ts'
export { ExecutorHost } from './executor-host.ts'
export type { ExecutorHostOptions, UserOutputPiece } from './executor-host-options.ts'
export type { ExecutorLink, ExecutorLinks, LinkOptions } from './executor-link.ts'
export * from './host-events.ts'
export { HostState } from './host-state.ts'
export type { InlineLinksOptions } from './inline-links.ts'
export type { LiveStages } from './live-stages.ts'
export { outputOfTask } from './output-of-task.ts'
export { SparkFiles, setDriverFiles } from './spark-files.ts'
export { TaskContext } from './task-context.ts'
export { ThreadLinks, type ThreadLinksOptions } from './thread-links.ts'
export { type ThreadUsage, threadUsage } from './thread-usage.ts'
