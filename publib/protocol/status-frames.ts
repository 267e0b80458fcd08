import type { BlockLocation } from '#publib/blocks'
import { v } from '#publib/schema'
import {
  METRICS_COUNT,
  metricsFrom,
  type PlainValue,
  putMetrics,
  type TaskMetrics,
  type TaskResult,
} from '#publib/task'
import type { ExecutorId, TaskId } from '#publib/util'
import { count, list } from './decode.ts'
import type { EndedTask, ExecutorToDriver } from './driver-executor.ts'
import { locationsShape, putStatus, readStatus } from './map-output-frames.ts'
import { endedTaskShape, TASKS_MAX, taskIdShape } from './task-shapes.ts'
import { BadBytes, pick, WireReader, WireTable, WireWriter } from './wire-bytes.ts'
import { executorIdsShape } from './wire-words.ts'

type TaskStatuses = ExecutorToDriver & { readonly type: 'taskStatuses' }

/*
 * `taskStatuses` on the wire. Ends that say no more than a result and its metrics are numbers in the last payload: id less
 * the smallest, executor, kind of result, result, which metrics are not 0, and these. All others stand in the header, by
 * their place among all.
 */
const packedShape = v.strictObject({
  type: v.literal('packedStatuses'),
  started: list(taskIdShape, TASKS_MAX),
  firstId: taskIdShape,
  executorIds: executorIdsShape,
  locations: locationsShape,
  others: list(v.strictObject({ place: count(TASKS_MAX), ended: endedTaskShape }), TASKS_MAX),
})

const A_NUMBER = 0
const ENCODED = 1
const MAP_STATUS = 2
/** Results that are no number, by kind less this. */
const PLAIN = 3
const PLAIN_VALUES: readonly PlainValue[] = [undefined, null, true, false]

export function packStatuses({ started, ended }: TaskStatuses, payloads: readonly Uint8Array[]) {
  const executorIds = new WireTable<ExecutorId>()
  const locations = new WireTable<BlockLocation>()
  const others: { place: number; ended: EndedTask }[] = []
  const firstId = ended.reduce((least, { taskId }) => Math.min(least, taskId), Infinity)
  const out = new WireWriter()
  const numbers = new Float64Array(METRICS_COUNT)
  ended.forEach((task, place) => {
    const { end, metrics, taskId, executorId } = task
    const isSimple = task.accumulators.length === 0 && task.lostClasses === undefined
    const result = isSimple && end.kind === 'success' ? end.result : undefined
    if (result === undefined || metrics === undefined) {
      others.push({ place, ended: task })
      return
    }
    out.varint(taskId - firstId)
    out.varint(executorIds.place(executorId, () => executorId))
    putResult(out, result, locations)
    putMetrics(metrics, numbers, 0)
    putNumbers(out, numbers)
  })
  const first = ended.length === 0 ? 0 : firstId
  const header = { type: 'packedStatuses', started, firstId: first, others }
  return {
    header: { ...header, executorIds: executorIds.values, locations: locations.values },
    payloads: [...payloads, out.finish()],
  }
}

/** @throws BadBytes, ValiError */
export function unpackStatuses(header: unknown, payloads: readonly Uint8Array[]): TaskStatuses {
  const { started, firstId, executorIds, locations, others } = v.parse(packedShape, header, ABORT)
  const bytes = payloads.at(-1)
  if (bytes === undefined) throw new BadBytes('the ends of tasks are missing')
  const reader = new WireReader(bytes)
  const numbers = new Float64Array(METRICS_COUNT)
  const ended: EndedTask[] = []
  let next = 0
  for (;;) {
    for (; others[next]?.place === ended.length; next++) ended.push(others[next]!.ended)
    if (reader.left === 0) break
    if (ended.length >= TASKS_MAX) throw new BadBytes('too many tasks')
    const taskId = (firstId + reader.varint()) as TaskId
    if (!Number.isSafeInteger(taskId)) throw new BadBytes('a task has no such id')
    const executorId = pick(executorIds, reader.varint())
    const result = readResult(reader, payloads.length - 1, locations)
    const end = { kind: 'success', result } as const
    const metrics = readMetrics(reader, numbers)
    ended.push({ taskId, executorId, end, metrics, accumulators: NOTHING })
  }
  if (next < others.length) throw new BadBytes('an end has no place among the others')
  const objection = beyond(
    others.map(other => other.ended),
    payloads.length - 1,
  )
  if (objection !== undefined) throw new BadBytes(objection)
  return { type: 'taskStatuses', started, ended }
}

/** What is wrong with the payloads that ends name; undefined: nothing. */
export function beyond(ended: readonly EndedTask[], payloadCount: number): string | undefined {
  for (const { end, accumulators } of ended) {
    const isValue = end.kind === 'success' && end.result.kind === 'value'
    const most = isValue ? end.result.payload : -1
    if (most >= payloadCount || accumulators.some(({ payload }) => payload >= payloadCount)) {
      return `a task names a payload beyond the ${payloadCount} that came`
    }
  }
  return undefined
}

function putResult(out: WireWriter, result: TaskResult, locations: WireTable<BlockLocation>): void {
  if (result.kind === 'mapStatus') {
    out.u8(MAP_STATUS)
    putStatus(out, result.status, locations)
  } else if (result.kind === 'value') {
    out.u8(ENCODED)
    // -1: it came in pieces before.
    out.varint(result.payload + 1)
    out.varint(result.bytes)
  } else if (typeof result.value === 'number') {
    out.u8(A_NUMBER)
    out.f64(result.value)
  } else {
    out.u8(PLAIN + PLAIN_VALUES.indexOf(result.value))
  }
}

function readResult(
  reader: WireReader,
  payloadCount: number,
  locations: readonly BlockLocation[],
): TaskResult {
  const kind = reader.u8()
  if (kind === MAP_STATUS) return { kind: 'mapStatus', status: readStatus(reader, locations) }
  if (kind === A_NUMBER) {
    const value = reader.f64()
    if (!Number.isFinite(value)) throw new BadBytes('a result is no number')
    return { kind: 'plain', value }
  }
  if (kind === ENCODED) {
    const payload = reader.varint() - 1
    if (payload >= payloadCount) {
      throw new BadBytes(`a task names a payload beyond the ${payloadCount} that came`)
    }
    return { kind: 'value', payload, bytes: reader.varint() }
  }
  if (kind - PLAIN >= PLAIN_VALUES.length) throw new BadBytes(`there is no result of kind ${kind}`)
  return { kind: 'plain', value: PLAIN_VALUES[kind - PLAIN] }
}

function putNumbers(out: WireWriter, numbers: Float64Array): void {
  let mask = 0
  for (let i = 0; i < METRICS_COUNT; i++) if (numbers[i] !== 0) mask |= 1 << i
  out.u32(mask)
  for (let i = 0; i < METRICS_COUNT; i++) if (numbers[i] !== 0) out.f64(numbers[i] as number)
}

function readMetrics(reader: WireReader, numbers: Float64Array): TaskMetrics {
  const mask = reader.u32()
  for (let i = 0; i < METRICS_COUNT; i++) {
    const value = (mask >>> i) % 2 === 1 ? reader.f64() : 0
    if (!(value >= 0) || value === Number.POSITIVE_INFINITY) throw new BadBytes('a bad metric')
    numbers[i] = value
  }
  return metricsFrom(numbers, 0)
}

const NOTHING: readonly never[] = []
const ABORT = { abortEarly: true }
