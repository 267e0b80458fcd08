import { v } from '#publib/schema'
import { count, list, protocolOf, text } from './decode.ts'
import type { DriverToExecutor, ExecutorToDriver } from './driver-executor.ts'
import {
  amountShape,
  broadcastIdShape,
  lossCauseShape,
  mapStatusShape,
  metricsShape,
  PARTITIONS_MAX,
  partitionShape,
  rddIdShape,
  shuffleIdShape,
  stageIdShape,
  stageShape,
  TASKS_MAX,
  taskEndShape,
  taskIdShape,
  taskShape,
} from './task-shapes.ts'
import {
  applicationIdShape,
  executorIdShape,
  executorIdsShape,
  hostIdShape,
  versionShape,
} from './wire-words.ts'

/** The largest broadcast or result that is put together again. */
const WHOLE_BYTES_MAX = 2 ** 31
const IDS_MAX = 65_536
const ACCUMULATORS_MAX = 10_000
const LOST_CLASSES_MAX = 64

const driverToExecutor = v.variant('type', [
  v.strictObject({
    type: v.literal('attach'),
    applicationId: applicationIdShape,
    hostId: hostIdShape,
    version: versionShape,
  }),
  v.strictObject({ type: v.literal('stage'), stage: stageShape }),
  v.strictObject({ type: v.literal('dropStages'), stageIds: list(stageIdShape, IDS_MAX) }),
  v.strictObject({
    type: v.literal('mapOutputs'),
    shuffleId: shuffleIdShape,
    epoch: count(),
    statuses: list(mapStatusShape, PARTITIONS_MAX),
  }),
  v.strictObject({
    type: v.literal('launchTasks'),
    tasks: list(
      v.strictObject({
        task: taskShape,
        executorId: executorIdShape,
        sources: list(
          v.strictObject({
            rddId: rddIdShape,
            partition: partitionShape,
            fields: v.unknown(),
            payload: v.optional(count(1 << 20)),
          }),
          10_000,
        ),
      }),
      TASKS_MAX,
    ),
  }),
  v.strictObject({
    type: v.literal('killTasks'),
    taskIds: list(taskIdShape, IDS_MAX),
    reason: text(16_384),
  }),
  v.strictObject({
    type: v.literal('broadcast'),
    broadcastId: broadcastIdShape,
    offset: count(WHOLE_BYTES_MAX),
    size: count(WHOLE_BYTES_MAX),
  }),
  v.strictObject({ type: v.literal('dropBroadcast'), broadcastId: broadcastIdShape }),
  v.strictObject({ type: v.literal('dropShuffles'), shuffleIds: list(shuffleIdShape, IDS_MAX) }),
  v.strictObject({ type: v.literal('unpersist'), rddId: rddIdShape }),
  v.strictObject({ type: v.literal('renewLease'), sequence: count() }),
  v.strictObject({ type: v.literal('detach') }),
])

/** What an executor host takes from its driver. */
export const fromDriverToExecutor = protocolOf<DriverToExecutor>(
  'driver-executor',
  driverToExecutor,
  (message, payloads) => {
    if (message.type === 'stage')
      return payloads.length === 1 ? undefined : 'a stage has one payload'
    if (message.type === 'broadcast') return outside(message, payloads)
    if (message.type !== 'launchTasks') return undefined
    const isMissing = message.tasks.some(({ sources }) =>
      sources.some(({ payload }) => payload !== undefined && payload >= payloads.length),
    )
    return isMissing
      ? `a source names a payload beyond the ${payloads.length} that came`
      : undefined
  },
)

const executorToDriver = v.variant('type', [
  v.strictObject({
    type: v.literal('attached'),
    hostId: hostIdShape,
    executorIds: executorIdsShape,
  }),
  v.strictObject({ type: v.literal('executorsAdded'), executorIds: executorIdsShape }),
  v.strictObject({
    type: v.literal('taskStatuses'),
    started: list(taskIdShape, TASKS_MAX),
    ended: list(
      v.strictObject({
        taskId: taskIdShape,
        executorId: executorIdShape,
        end: taskEndShape,
        metrics: v.pipe(
          v.optional(metricsShape),
          v.transform(metrics => metrics),
        ),
        accumulators: list(
          v.strictObject({ accumulatorId: count(), payload: count(1 << 24) }),
          ACCUMULATORS_MAX,
        ),
        lostClasses: v.optional(list(text(256), LOST_CLASSES_MAX)),
      }),
      TASKS_MAX,
    ),
  }),
  v.strictObject({
    type: v.literal('resultChunk'),
    taskId: taskIdShape,
    offset: count(WHOLE_BYTES_MAX),
    size: count(WHOLE_BYTES_MAX),
  }),
  v.strictObject({
    type: v.literal('executorLost'),
    executorId: executorIdShape,
    cause: lossCauseShape,
  }),
  v.strictObject({
    type: v.literal('cachedBlocks'),
    blocks: list(
      v.strictObject({ rddId: rddIdShape, partition: partitionShape, memoryBytes: count() }),
      IDS_MAX,
    ),
  }),
  v.strictObject({
    type: v.literal('hostMetrics'),
    residentBytes: amountShape,
    heapBytes: amountShape,
    cpuMs: amountShape,
    loopLagMs: amountShape,
  }),
  v.strictObject({
    type: v.literal('tasksStalled'),
    tasks: list(
      v.strictObject({
        ...{ taskId: taskIdShape, stageId: stageIdShape, partition: partitionShape },
        ...{ executorId: executorIdShape, records: amountShape },
        ...{ phase: text(32), stalledMs: amountShape },
      }),
      TASKS_MAX,
    ),
  }),
  v.strictObject({ type: v.literal('leaseSeen'), sequence: count() }),
])

/** What a driver takes from an executor host. */
export const fromExecutorHost = protocolOf<ExecutorToDriver>(
  'driver-executor',
  // A task that could say nothing has no metrics: JSON leaves the field out, the type has it undefined.
  executorToDriver as unknown as v.GenericSchema<unknown, ExecutorToDriver>,
  (message, payloads) => {
    if (message.type === 'resultChunk') return outside(message, payloads)
    if (message.type !== 'taskStatuses') return undefined
    const named = message.ended.flatMap(({ end, accumulators }) => [
      ...accumulators.map(({ payload }) => payload),
      ...(end.kind === 'success' && end.result.kind === 'value' ? [end.result.payload] : []),
    ])
    const isMissing = named.some(payload => payload >= payloads.length)
    return isMissing ? `a task names a payload beyond the ${payloads.length} that came` : undefined
  },
)

/** Whether a piece lies outside of the whole that it belongs to. */
function outside(
  { offset, size }: { readonly offset: number; readonly size: number },
  payloads: readonly Uint8Array[],
): string | undefined {
  const [piece] = payloads
  if (piece === undefined || payloads.length !== 1) return 'a piece has one payload'
  if (offset + piece.length <= size) return undefined
  return `a piece of ${piece.length} bytes at ${offset} lies outside of ${size} bytes`
}
