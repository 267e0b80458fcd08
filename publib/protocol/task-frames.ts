import { v } from '#publib/schema'
import type { TaskDescription } from '#publib/task'
import type { TaskId } from '#publib/util'
import { count, list } from './decode.ts'
import type { DriverToExecutor, LaunchedTask } from './driver-executor.ts'
import {
  jobIdShape,
  PARTITIONS_MAX,
  sourcesShape,
  stageIdShape,
  TASKS_MAX,
  taskIdShape,
} from './task-shapes.ts'
import { BadBytes, pick, WireReader, WireTable, WireWriter } from './wire-bytes.ts'
import { executorIdsShape } from './wire-words.ts'

type LaunchTasks = DriverToExecutor & { readonly type: 'launchTasks' }

/*
 * `launchTasks` on the wire: what tasks have in common once, in the header; each task as numbers, in the last payload:
 * its id less the smallest, its executor, its stage, partition and attempt. About 7 bytes each.
 */
const packedShape = v.strictObject({
  type: v.literal('packedTasks'),
  firstId: taskIdShape,
  executorIds: executorIdsShape,
  stages: list(
    v.strictObject({ stageId: stageIdShape, stageAttempt: count(), jobId: jobIdShape }),
    TASKS_MAX,
  ),
  /** Of the tasks that have any, by their place. */
  sources: list(v.strictObject({ place: count(TASKS_MAX), parts: sourcesShape }), TASKS_MAX),
})

export function packTasks({ tasks }: LaunchTasks, payloads: readonly Uint8Array[]) {
  const executorIds = new WireTable<string>()
  const stages = new WireTable<Pick<TaskDescription, 'stageId' | 'stageAttempt' | 'jobId'>>()
  const sources: { place: number; parts: LaunchedTask['sources'] }[] = []
  const firstId = tasks.reduce((least, { task }) => Math.min(least, task.taskId), Infinity)
  const out = new WireWriter()
  tasks.forEach(({ task, executorId, sources: parts }, place) => {
    const { taskId, stageId, stageAttempt, jobId, partition, attempt } = task
    out.varint(taskId - firstId)
    out.varint(executorIds.place(executorId, () => executorId))
    const stage = `${stageId}.${stageAttempt}.${jobId}`
    out.varint(stages.place(stage, () => ({ stageId, stageAttempt, jobId })))
    out.varint(partition)
    out.varint(attempt)
    if (parts.length > 0) sources.push({ place, parts })
  })
  const common = { executorIds: executorIds.values, stages: stages.values }
  const header = { type: 'packedTasks', firstId: tasks.length === 0 ? 0 : firstId, ...common }
  return { header: { ...header, sources }, payloads: [...payloads, out.finish()] }
}

/** @throws BadBytes, ValiError */
export function unpackTasks(header: unknown, payloads: readonly Uint8Array[]): LaunchTasks {
  const { firstId, executorIds, stages, sources } = v.parse(packedShape, header, ABORT)
  const bytes = payloads.at(-1)
  if (bytes === undefined) throw new BadBytes('the tasks are missing')
  const reader = new WireReader(bytes)
  const tasks: LaunchedTask[] = []
  while (reader.left > 0) {
    if (tasks.length >= TASKS_MAX) throw new BadBytes('too many tasks')
    const taskId = (firstId + reader.varint()) as TaskId
    const executorId = pick(executorIds, reader.varint())
    const { stageId, stageAttempt, jobId } = pick(stages, reader.varint())
    const partition = reader.varint()
    const attempt = reader.varint()
    if (partition > PARTITIONS_MAX || !Number.isSafeInteger(taskId)) {
      throw new BadBytes('a task has no such partition or id')
    }
    const task = { taskId, stageId, stageAttempt, jobId, partition, attempt }
    tasks.push({ task, executorId, sources: NOTHING })
  }
  for (const { place, parts } of sources) {
    for (const { payload } of parts) {
      if (payload !== undefined && payload >= payloads.length - 1) {
        throw new BadBytes(`a source names a payload beyond the ${payloads.length - 1} that came`)
      }
    }
    tasks[place] = { ...pick(tasks, place), sources: parts }
  }
  return { type: 'launchTasks', tasks }
}

const NOTHING: readonly never[] = []
const ABORT = { abortEarly: true }
