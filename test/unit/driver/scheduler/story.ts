import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { Lineage } from '#publib/lineage'
import type { LossCause, TaskEnd } from '#publib/task'
import { executorId, hostId, jobId, shuffleId, taskId, workerId } from '#publib/util'
import type { SchedulerLimits } from '../../../../driver/scheduler/core.ts'
import { SCHEDULER_LIMITS, SchedulerCore } from '../../../../driver/scheduler/core.ts'
import type {
  LaunchTask,
  SchedulerAction,
  SchedulerEvent,
} from '../../../../driver/scheduler/events.ts'
import { planStages } from '../../../../driver/scheduler/plan.ts'
import type { TaskSchedulerOptions } from '../../../../driver/scheduler/task-scheduler.ts'
import { actionText } from './action-text.ts'
import { ShapeAction, Shapes } from './lineages.ts'

/** test/transcripts of the source tree, seen from dist/test/unit/driver/scheduler. */
const FOLDER = join(
  dirname(fileURLToPath(import.meta.url)),
  ...['..', '..', '..', '..', '..', 'test', 'transcripts', 'scheduler'],
)

export interface Asked {
  readonly partitions?: readonly number[]
  readonly groupId?: string
  readonly tags?: readonly string[]
  readonly isGentle?: boolean
  readonly pool?: string
}

/** The scheduler's machines, told events in words: what happens and what they do is written down. */
export class Story {
  readonly shapes = new Shapes()
  readonly core: SchedulerCore
  readonly actions: SchedulerAction[] = []
  /** Attempts that have not ended, by task id. */
  readonly running = new Map<number, LaunchTask>()
  nowMs = 0
  readonly #lines: string[] = []
  #nextJob = 0

  constructor(limits: Partial<SchedulerLimits> = {}, options?: TaskSchedulerOptions) {
    this.core = new SchedulerCore({ ...SCHEDULER_LIMITS, ...limits }, options)
  }

  /** One host on the worker, with so many executors. */
  worker(id: string, executorCount: number, host = `${id}.local`): void {
    const executorIds = Array.from({ length: executorCount }, (_, n) => executorId(`${id}/${n}`))
    this.tell(`worker ${id} gives ${executorCount} executors`, {
      type: 'executorsAdded',
      ...{ hostId: hostId(`host-${id}`), workerId: workerId(id), host, executorIds },
    })
  }

  submit(lineage: Lineage<unknown>, asked: Asked = {}): number {
    const id = this.#nextJob++
    const partitions = asked.partitions ?? [...Array(lineage.numPartitions).keys()]
    const { groupId, tags = [], isGentle, pool } = asked
    this.tell(
      `job ${id} asks for partitions ${partitions.join(' ')} of ${lineage.about.operation}`,
      {
        type: 'jobSubmitted',
        ...{
          jobId: jobId(id),
          outlines: planStages(lineage),
          action: new ShapeAction(),
          partitions,
        },
        ...{ name: `collect at main.ts:${100 + id}`, groupId, tags, isGentle, pool },
      },
    )
    return id
  }

  /** Attempts end well, each with a map output of the given content if it is a map task. */
  succeed(ids: readonly number[], content = 'same', runTimeMs = 1000): void {
    this.tell(
      `tasks ${ids.join(' ')} succeed${content === 'same' ? '' : `, with content ${content}`}`,
      {
        type: 'tasksEnded',
        ended: ids.map(id => ({ taskId: taskId(id), end: this.#success(id, content), runTimeMs })),
      },
    )
  }

  /** All that runs ends well, and all that starts then, until nothing runs. */
  finish(runTimeMs = 1000): void {
    while (this.running.size > 0) this.succeed([...this.running.keys()], 'same', runTimeMs)
  }

  end(id: number, end: TaskEnd): void {
    this.tell(`task ${id} ends: ${endText(end)}`, {
      type: 'tasksEnded',
      ended: [{ taskId: taskId(id), end, runTimeMs: 1000 }],
    })
  }

  fail(id: number, message: string, retryable = true): void {
    const error = { name: 'TypeError', code: undefined, message, stack: undefined }
    this.end(id, { kind: 'failed', error, retryable })
  }

  failFetch(
    id: number,
    shuffle: number,
    mapPartition: number,
    mapTask: number,
    worker: string,
  ): void {
    const location = { workerId: workerId(worker), host: worker, port: 7079 }
    this.end(id, {
      kind: 'fetchFailed',
      ...{ shuffleId: shuffleId(shuffle), mapPartition, mapTaskId: taskId(mapTask), location },
      message: `map output ${mapPartition} of shuffle ${shuffle} is not on ${worker}`,
    })
  }

  loseHost(worker: string, cause: Partial<LossCause> = {}): void {
    this.tell(`the host on worker ${worker} dies`, {
      type: 'hostLost',
      hostId: hostId(`host-${worker}`),
      cause: { kind: 'signal', message: 'it was killed by SIGKILL', counts: true, ...cause },
    })
  }

  loseWorker(worker: string): void {
    this.tell(`worker ${worker} is lost`, {
      type: 'workerLost',
      workerId: workerId(worker),
      reason: 'no heartbeat for 10 s',
    })
  }

  tell(text: string, event: SchedulerEvent): readonly SchedulerAction[] {
    this.#lines.push(`> ${text}`)
    const actions = this.core.handle(event, this.nowMs)
    for (const action of actions) {
      if (action.type === 'launchTask') this.running.set(action.task.taskId, action)
      if (action.type === 'announceTaskEnd') this.running.delete(action.task.taskId)
      this.actions.push(action)
      const line = actionText(action)
      if (line !== undefined) this.#lines.push(`  ${line}`)
    }
    return actions
  }

  remark(text: string): void {
    this.#lines.push('', `# ${text}`)
  }

  /** Compares the story with the one that was written down; UPDATE_TRANSCRIPTS=1 writes it down anew. */
  check(name: string): void {
    this.#lines.push('', `left: ${this.core.describe().replaceAll('\n', '; ')}`)
    const text = `${this.#lines.join('\n').trimStart()}\n`
    const path = join(FOLDER, `${name}.txt`)
    const { UPDATE_TRANSCRIPTS } = process.env
    if (UPDATE_TRANSCRIPTS === '1') writeFileSync(path, text)
    expect(text).to.equal(readFileSync(path, 'utf8'))
  }

  #success(id: number, contentHash: string): TaskEnd {
    const launch = this.running.get(id)
    if (launch === undefined) throw new Error(`task ${id} does not run`)
    const { task, executorId: where } = launch
    const worker = where.slice(0, where.lastIndexOf('/'))
    const location = { workerId: workerId(worker), host: worker, port: 7079 }
    const isMap = this.core.dag.isMapStage(task.stageId)
    if (!isMap) return { kind: 'success', result: { kind: 'value', payload: 0, bytes: 8 } }
    const status = { mapPartition: task.partition, taskId: taskId(id), location, sizes: [1, 1] }
    return {
      kind: 'success',
      result: { kind: 'mapStatus', status: { ...status, records: 2, contentHash } },
    }
  }
}

function endText(end: TaskEnd): string {
  switch (end.kind) {
    case 'failed':
      return `${end.error.name}: ${end.error.message}${end.retryable ? '' : ' (not worth a retry)'}`
    case 'fetchFailed':
      return `fetch failed, ${end.message}`
    case 'killed':
      return `killed, ${end.reason}`
    case 'executorLost':
      return `executor lost, ${end.cause.message}`
    default:
      return 'success'
  }
}
