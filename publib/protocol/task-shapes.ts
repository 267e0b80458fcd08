import { v } from '#publib/schema'
import type {
  BroadcastId,
  ErrorCode,
  ErrorData,
  JobId,
  RddId,
  ShuffleId,
  StageId,
  TaskId,
} from '#publib/util'
import { count, list, text } from './decode.ts'
import type { EndedTask } from './driver-executor.ts'
import { executorIdShape, hostShape, portShape, workerIdShape } from './wire-words.ts'

/** The most partitions that an RDD can have, and with it map outputs and reduce partitions. */
export const PARTITIONS_MAX = 1 << 24
/** Most tasks in one message. */
export const TASKS_MAX = 65_536
const TEXT_MAX = 70_000
const CAUSES_MAX = 10

function idShape<Id extends number>() {
  return v.custom<Id>(
    value => Number.isSafeInteger(value) && (value as number) >= 0,
    'an id from 0 on is expected',
  )
}
export const taskIdShape = idShape<TaskId>()
export const stageIdShape = idShape<StageId>()
export const jobIdShape = idShape<JobId>()
export const rddIdShape = idShape<RddId>()
export const shuffleIdShape = idShape<ShuffleId>()
export const broadcastIdShape = idShape<BroadcastId>()
export const partitionShape = count(PARTITIONS_MAX)
/** A time or a ratio: never NaN, never infinite. */
export const amountShape = v.pipe(v.number(), v.finite(), v.minValue(0))

export const taskShape = v.strictObject({
  taskId: taskIdShape,
  stageId: stageIdShape,
  stageAttempt: count(),
  jobId: jobIdShape,
  partition: partitionShape,
  attempt: count(),
})

export const stageShape = v.strictObject({
  stageId: stageIdShape,
  numPartitions: partitionShape,
  kind: v.picklist(['result', 'shuffleMap']),
  reads: list(shuffleIdShape, 10_000),
  properties: v.pipe(
    v.record(text(256), text(65_536)),
    v.check(properties => Object.keys(properties).length <= 1000, 'at most 1000 properties'),
  ),
  codegen: v.optional(v.picklist(['plain', 'loops', 'kernels'])),
})

/** What sources of a stage give to one task. */
export const sourcesShape = list(
  v.strictObject({
    rddId: rddIdShape,
    partition: partitionShape,
    fields: v.unknown(),
    payload: v.optional(count(1 << 20)),
  }),
  10_000,
)

export const locationShape = v.strictObject({
  workerId: workerIdShape,
  host: hostShape,
  port: portShape,
})

export const mapStatusShape = v.strictObject({
  mapPartition: partitionShape,
  taskId: taskIdShape,
  location: locationShape,
  sizes: list(count(), PARTITIONS_MAX),
  records: count(),
  contentHash: text(128),
})

const causeKinds = [
  ...(['outOfMemory', 'exitCode', 'signal', 'threadExit'] as const),
  ...(['workerLost', 'connectionLost', 'released', 'stopped'] as const),
]
export const lossCauseShape = v.strictObject({
  kind: v.picklist(causeKinds),
  message: text(TEXT_MAX),
  counts: v.boolean(),
})

export const metricsShape = v.strictObject({
  executorRunTimeMs: amountShape,
  executorCpuTimeMs: amountShape,
  executorDeserializeTimeMs: amountShape,
  resultSerializationTimeMs: amountShape,
  gcTimeMs: amountShape,
  resultBytes: amountShape,
  memorySpilledBytes: amountShape,
  diskSpilledBytes: amountShape,
  peakExecutionMemoryBytes: amountShape,
  input: v.strictObject({ bytes: amountShape, records: amountShape }),
  output: v.strictObject({ bytes: amountShape, records: amountShape }),
  shuffleRead: v.strictObject({
    localBytes: amountShape,
    remoteBytes: amountShape,
    records: amountShape,
    waitTimeMs: amountShape,
  }),
  shuffleWrite: v.strictObject({ bytes: amountShape, records: amountShape, timeMs: amountShape }),
})

const placeShape = v.strictObject({ file: text(4096), line: count(), column: count() })
const optional = {
  hint: v.optional(text(TEXT_MAX)),
  retryable: v.optional(v.boolean()),
  callSite: v.optional(placeShape),
  applicationId: v.optional(text(128)),
  executorId: v.optional(text(128)),
  host: v.optional(text(256)),
  jobId: v.optional(count()),
  stageId: v.optional(count()),
  stageAttempt: v.optional(count()),
  partition: v.optional(count()),
  attempt: v.optional(count()),
}
const codeShape = v.custom<ErrorCode>(
  value => typeof value === 'string' && /^[A-Z_]{1,64}$/.test(value),
  'a code is expected',
)

/** An error without its causes: they are parsed one by one, because their depth is bounded. */
const flatError = v.strictObject({
  ...optional,
  name: text(TEXT_MAX),
  code: v.optional(codeShape),
  message: text(TEXT_MAX),
  stack: v.optional(text(TEXT_MAX)),
  cause: v.optional(v.unknown()),
})

export const errorShape = v.pipe(
  v.unknown(),
  v.rawTransform<unknown, ErrorData>(({ dataset, addIssue, NEVER }) => {
    const error = parseError(dataset.value, 0)
    if (error !== undefined) return error
    addIssue({ message: 'an error of bounded size and depth is expected' })
    return NEVER
  }),
)

function parseError(value: unknown, depth: number): ErrorData | undefined {
  const parsed = v.safeParse(flatError, value, { abortEarly: true })
  if (!parsed.success || depth > CAUSES_MAX) return undefined
  const { cause, ...flat } = parsed.output
  const own = { ...flat, code: flat.code, stack: flat.stack }
  if (cause === undefined) return own
  const inner = parseError(cause, depth + 1)
  return inner === undefined ? undefined : { ...own, cause: inner }
}

/** -1: the result came in chunks before. */
const payloadShape = v.pipe(v.number(), v.safeInteger(), v.minValue(-1), v.maxValue(1 << 20))

export const taskEndShape = v.variant('kind', [
  v.strictObject({
    kind: v.literal('success'),
    result: v.variant('kind', [
      v.strictObject({ kind: v.literal('mapStatus'), status: mapStatusShape }),
      v.strictObject({ kind: v.literal('value'), payload: payloadShape, bytes: count() }),
      v.strictObject({
        kind: v.literal('plain'),
        value: v.optional(v.nullable(v.union([v.pipe(v.number(), v.finite()), v.boolean()]))),
      }),
    ]),
  }),
  v.strictObject({ kind: v.literal('failed'), error: errorShape, retryable: v.boolean() }),
  v.strictObject({
    kind: v.literal('fetchFailed'),
    shuffleId: shuffleIdShape,
    mapPartition: partitionShape,
    mapTaskId: taskIdShape,
    location: locationShape,
    message: text(TEXT_MAX),
  }),
  v.strictObject({ kind: v.literal('killed'), reason: text(TEXT_MAX) }),
  v.strictObject({
    kind: v.literal('executorLost'),
    executorId: executorIdShape,
    cause: lossCauseShape,
  }),
])

const ACCUMULATORS_MAX = 10_000
const LOST_CLASSES_MAX = 64

// A task that could say nothing has no metrics: JSON leaves the field out, the type has it undefined.
export const endedTaskShape = v.strictObject({
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
}) as unknown as v.GenericSchema<unknown, EndedTask>
