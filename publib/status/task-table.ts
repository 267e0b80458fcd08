import { METRICS_COUNT, metricsFrom, putMetrics, type TaskMetrics } from '#publib/task'
import type { SimSparkError } from '#publib/util'
import type { TaskInfo } from './info.ts'
import type { StageRecord, TaskRecord } from './records.ts'

type Locality = TaskInfo['locality']
type Status = TaskRecord['status']

/** A power of two. */
const CHUNK = 1024
const LOCALITIES: readonly Locality[] = [
  ...(['PROCESS_LOCAL', 'NODE_LOCAL', 'NO_PREF', 'RACK_LOCAL', 'ANY'] as const),
]
const STATUSES: readonly Status[] = ['RUNNING', 'SUCCESS', 'FAILED', 'KILLED']

/**
 * Attempts of tasks in the order in which they began, as columns: an object for each of a hundred thousand tasks would cost
 * the driver more, in garbage collections, than all else it does for a short one. The oldest are forgotten.
 */
export class TaskTable {
  readonly #max: number
  readonly #chunks: Chunk[] = []
  /** Place of the first that is kept, and of the next, counted from the beginning of the first chunk. */
  #first = 0
  #next = 0

  constructor(max: number) {
    this.#max = max
  }

  start(stage: StageRecord, task: Omit<TaskInfo, 'finishTime'>): void {
    if (this.#next - this.#first >= this.#max) this.#forgetOne()
    if (this.#next === this.#chunks.length * CHUNK) this.#chunks.push(new Chunk())
    const chunk = this.#chunkOf(this.#next)
    const at = this.#next & (CHUNK - 1)
    this.#next++
    chunk.ids[at] = task.taskAttemptId
    chunk.partitions[at] = task.partition
    chunk.attempts[at] = task.attemptNumber
    chunk.launchTimes[at] = task.launchTime
    chunk.kinds[at] = LOCALITIES.indexOf(task.locality) * 2 + (task.speculative ? 1 : 0)
    chunk.stages[at] = stage
    chunk.executors[at] = task.executorId
    chunk.hosts[at] = task.host
  }

  end(
    taskAttemptId: number,
    finishTime: number,
    status: Status,
    metrics: TaskMetrics | undefined,
    error: SimSparkError | undefined,
  ): void {
    const place = this.#find(taskAttemptId)
    if (place < 0) return
    const chunk = this.#chunkOf(place)
    const at = place & (CHUNK - 1)
    chunk.finishTimes[at] = finishTime
    chunk.statuses[at] = STATUSES.indexOf(status)
    if (error !== undefined) chunk.errors.set(at, error)
    if (metrics === undefined) return
    chunk.metrics ??= new Float64Array(CHUNK * METRICS_COUNT)
    chunk.isMeasured[at] = 1
    putMetrics(metrics, chunk.metrics, at * METRICS_COUNT)
  }

  get(taskAttemptId: number): TaskRecord | undefined {
    const place = this.#find(taskAttemptId)
    return place < 0 ? undefined : this.#record(place)
  }

  /** Those of one attempt of a stage. */
  of(stage: StageRecord): readonly TaskRecord[] {
    const records: TaskRecord[] = []
    for (let place = this.#first; place < this.#next; place++) {
      if (this.#chunkOf(place).stages[place & (CHUNK - 1)] === stage) {
        records.push(this.#record(place))
      }
    }
    return records
  }

  #record(place: number): TaskRecord {
    const chunk = this.#chunkOf(place)
    const at = place & (CHUNK - 1)
    const kind = chunk.kinds[at] as number
    const status = STATUSES[chunk.statuses[at] as number] as Status
    const metrics = chunk.isMeasured[at] === 1 ? chunk.metrics : undefined
    return {
      taskAttemptId: chunk.ids[at] as number,
      partition: chunk.partitions[at] as number,
      attemptNumber: chunk.attempts[at] as number,
      speculative: kind % 2 === 1,
      executorId: chunk.executors[at] as string,
      host: chunk.hosts[at] as string,
      locality: LOCALITIES[kind >> 1] as Locality,
      launchTime: chunk.launchTimes[at] as number,
      finishTime: status === 'RUNNING' ? undefined : (chunk.finishTimes[at] as number),
      status,
      metrics: metrics === undefined ? undefined : metricsFrom(metrics, at * METRICS_COUNT),
      error: chunk.errors.get(at),
    }
  }

  /** Ids rise, as tasks are numbered in the order in which they are launched. */
  #find(taskAttemptId: number): number {
    let low = this.#first
    let high = this.#next - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      const id = this.#chunkOf(middle).ids[middle & (CHUNK - 1)] as number
      if (id === taskAttemptId) return middle
      if (id < taskAttemptId) low = middle + 1
      else high = middle - 1
    }
    return -1
  }

  #forgetOne(): void {
    this.#first++
    if (this.#first < CHUNK) return
    this.#chunks.shift()
    this.#first -= CHUNK
    this.#next -= CHUNK
  }

  #chunkOf(place: number): Chunk {
    return this.#chunks[Math.floor(place / CHUNK)] as Chunk
  }
}

class Chunk {
  readonly ids = new Float64Array(CHUNK)
  readonly launchTimes = new Float64Array(CHUNK)
  readonly finishTimes = new Float64Array(CHUNK)
  readonly partitions = new Int32Array(CHUNK)
  readonly attempts = new Int32Array(CHUNK)
  /** Locality, and whether it is a copy. */
  readonly kinds = new Uint8Array(CHUNK)
  readonly statuses = new Uint8Array(CHUNK)
  readonly isMeasured = new Uint8Array(CHUNK)
  readonly stages: StageRecord[] = []
  readonly executors: string[] = []
  readonly hosts: string[] = []
  readonly errors = new Map<number, SimSparkError>()
  /** Made when the first of them ends. */
  metrics: Float64Array | undefined
}
