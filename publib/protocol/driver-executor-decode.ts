import { v } from '#publib/schema'
import { count, list, protocolOf, text } from './decode.ts'
import type { DriverToExecutor, ExecutorToDriver } from './driver-executor.ts'
import { packMapOutputs, unpackMapOutputs } from './map-output-frames.ts'
import { beyond, packStatuses, unpackStatuses } from './status-frames.ts'
import { packTasks, unpackTasks } from './task-frames.ts'
import {
  amountShape,
  broadcastIdShape,
  endedTaskShape,
  lossCauseShape,
  mapStatusShape,
  PARTITIONS_MAX,
  partitionShape,
  rddIdShape,
  shuffleIdShape,
  sourcesShape,
  stageIdShape,
  stageShape,
  TASKS_MAX,
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
        sources: sourcesShape,
      }),
      TASKS_MAX,
    ),
  }),
  v.strictObject({
    type: v.literal('killTasks'),
    taskIds: list(taskIdShape, IDS_MAX),
    reason: text(16_384),
    isGentle: v.optional(v.boolean()),
  }),
  v.strictObject({
    type: v.literal('broadcast'),
    broadcastId: broadcastIdShape,
    offset: count(WHOLE_BYTES_MAX),
    size: count(WHOLE_BYTES_MAX),
  }),
  v.strictObject({
    type: v.literal('file'),
    name: text(4096),
    offset: count(),
    size: count(),
    isExecutable: v.boolean(),
  }),
  v.strictObject({ type: v.literal('dropBroadcast'), broadcastId: broadcastIdShape }),
  v.strictObject({ type: v.literal('dropShuffles'), shuffleIds: list(shuffleIdShape, IDS_MAX) }),
  v.strictObject({ type: v.literal('unpersist'), rddId: rddIdShape }),
  v.strictObject({ type: v.literal('confirm'), requestId: count() }),
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
    if (message.type === 'broadcast' || message.type === 'file') return outside(message, payloads)
    if (message.type !== 'launchTasks') return undefined
    const isMissing = message.tasks.some(({ sources }) =>
      sources.some(({ payload }) => payload !== undefined && payload >= payloads.length),
    )
    return isMissing
      ? `a source names a payload beyond the ${payloads.length} that came`
      : undefined
  },
  {
    pack(message, payloads) {
      // What this end sends, by its type.
      const sent = message as ExecutorToDriver
      if (sent.type === 'taskStatuses') return packStatuses(sent, payloads)
      return { header: message, payloads }
    },
    unpack: new Map<string, (header: unknown, payloads: readonly Uint8Array[]) => DriverToExecutor>(
      [
        ['packedTasks', unpackTasks],
        ['packedMapOutputs', unpackMapOutputs],
      ],
    ),
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
    ended: list(endedTaskShape, TASKS_MAX),
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
      v.strictObject({
        ...{ rddId: rddIdShape, partition: partitionShape },
        ...{ memoryBytes: count(), diskBytes: count() },
      }),
      IDS_MAX,
    ),
  }),
  v.strictObject({ type: v.literal('confirmed'), requestId: count() }),
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
  executorToDriver,
  (message, payloads) => {
    if (message.type === 'resultChunk') return outside(message, payloads)
    return message.type === 'taskStatuses' ? beyond(message.ended, payloads.length) : undefined
  },
  {
    pack(message, payloads) {
      // What this end sends, by its type.
      const sent = message as DriverToExecutor
      if (sent.type === 'launchTasks') return packTasks(sent, payloads)
      if (sent.type === 'mapOutputs') return packMapOutputs(sent)
      return { header: message, payloads }
    },
    unpack: new Map([['packedStatuses', unpackStatuses]]),
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
