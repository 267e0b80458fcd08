import type { MapStatus } from '#publib/blocks'
import type { Lineage } from '#publib/lineage'
import type { TaskEnd } from '#publib/task'
import { executorId, hostId, jobId, type ShuffleId, taskId, workerId } from '#publib/util'
import { SCHEDULER_LIMITS, SchedulerCore } from '../../../../driver/scheduler/core.ts'
import type {
  JobFailure,
  LaunchTask,
  SchedulerAction,
  SchedulerEvent,
} from '../../../../driver/scheduler/events.ts'
import { EXECUTOR_DEPTH_MAX } from '../../../../driver/scheduler/executor-pool.ts'
import { planStages } from '../../../../driver/scheduler/plan.ts'
import type { Stage } from '../../../../driver/scheduler/stage.ts'
import { seeded } from '../../../support/random.ts'
import { ShapeAction, Shapes } from './lineages.ts'

interface Running {
  readonly launch: LaunchTask
  /** The outputs that it was sent. */
  readonly inputs: readonly MapStatus[]
  /** A shuffle that it was not sent, because the cache was to stand in for it. */
  readonly missing: ShuffleId | undefined
}

/** The last of them is described by nobody. */
const POOLS = ['a', 'b', 'c', 'other']

interface JobOutcome {
  readonly partitionCount: number
  readonly delivered: number[]
  failure: JobFailure | undefined
  isFinished: boolean
}

/**
 * A random history of the scheduler's machines: programs, executors, faults, all from one seed. What must hold is checked
 * after every event; a breach throws.
 */
export class History {
  readonly core: SchedulerCore
  readonly jobs: JobOutcome[] = []
  readonly log: string[] = []
  readonly #random: () => number
  readonly #shapes = new Shapes()
  readonly #lineages: Lineage<unknown>[] = []
  readonly #workers = new Map<string, { isDead: boolean; isSuspended: boolean }>()
  readonly #running = new Map<number, Running>()
  readonly #counted = new Set<string>()
  readonly #shuffleOf = new Map<MapStatus, number>()
  /** By attempt that ended well: the content of each map output that it read. */
  readonly #readBy = new Map<number, ReadonlyMap<string, string>>()
  /** By job: the content of each map output that its results were made of. */
  readonly #jobReads = new Map<number, Map<string, string>>()
  readonly #stages = new Map<number, Stage>()
  /** What a map task gives; it may change for those that are not deterministic. */
  readonly #isFickle: boolean
  /** Many tasks, so short that many lie ready with an executor. */
  readonly #isHasty: boolean
  readonly #isFair: boolean
  #nextWorker = 0
  #lastTask = -1
  #nowMs = 0

  constructor(seed: number) {
    this.#random = seeded(seed)
    this.#isFickle = this.#random() < 0.3
    this.#isHasty = this.#random() < 0.25
    this.#isFair = this.#random() < 0.4
    const mode = this.#isFair ? 'FAIR' : 'FIFO'
    const pools = POOLS.slice(0, 3).map((name, n) => {
      const weight = 1 + Math.floor(this.#random() * 3)
      return { name, schedulingMode: n % 2 === 0 ? mode : 'FIFO', weight, minShare: n } as const
    })
    const limits = { ...SCHEDULER_LIMITS, stageAttemptsMax: 50 }
    const speculation = { quantile: 0.5, multiplier: 1.5, minRunTimeMs: 50 }
    const isSpeculating = this.#random() < 0.5
    this.core = new SchedulerCore(limits, {
      scheduling: { mode, pools },
      ...(isSpeculating ? { speculation } : {}),
    })
  }

  /** Faults and all, then a time in which everything heals and must come to an end. */
  run(eventCount: number): void {
    for (let i = 0; i < 2; i++) this.#addWorker()
    for (let i = 0; i < eventCount; i++) this.#step()
    for (const [id, worker] of this.#workers) {
      if (worker.isDead) this.#loseWorker(id)
      else this.#suspend(id, false)
    }
    this.#addWorker()
    for (let i = 0; this.jobs.some(isOpen); i++) {
      if (i > 10_000 || this.#running.size === 0) throw new Error('jobs do not come to an end')
      this.#endOne([...this.#running.keys()][0] as number, true)
    }
    for (const id of [...this.#running.keys()]) this.#endOne(id, true)
    if (!this.core.isEmpty) throw new Error(`something is left: ${this.core.describe()}`)
  }

  #step(): void {
    const dice = this.#random()
    const running = [...this.#running.keys()]
    if (dice < 0.08) this.#submit()
    else if (dice < 0.11) this.#addWorker()
    else if (dice < 0.14) this.#killWorker()
    else if (dice < 0.16) this.#loseExecutor()
    else if (dice < 0.2) this.#suspendSome()
    else if (dice < 0.22 && this.jobs.length > 0) this.#cancel()
    else if (dice < 0.26) this.#tell('slow?', { type: 'slowTasksSought' })
    else if (dice < 0.3)
      this.#tell('started', { type: 'tasksStarted', taskIds: running.slice(0, 3) as never })
    else if (running.length > 0) this.#endOne(this.#pick(running), false)
  }

  #submit(): void {
    const lineage = this.#lineage(1 + Math.floor(this.#random() * 4))
    this.#lineages.push(lineage)
    if (this.#random() < 0.3) lineage.about.isCached = true
    const partitions = [...Array(lineage.numPartitions).keys()]
    const id = this.jobs.length
    this.jobs.push({
      ...{ partitionCount: partitions.length, delivered: [], failure: undefined },
      isFinished: false,
    })
    this.#tell(`job ${id}`, {
      type: 'jobSubmitted',
      ...{ jobId: jobId(id), outlines: planStages(lineage), action: new ShapeAction(), partitions },
      ...{ name: `job ${id}`, groupId: undefined, tags: [], pool: this.#pick(POOLS) },
    })
  }

  #lineage(depth: number): Lineage<unknown> {
    if (this.#lineages.length > 0 && this.#random() < 0.3) return this.#pick(this.#lineages)
    const size = 1 + Math.floor(this.#random() * (this.#isHasty ? 15 : 5))
    if (depth === 0) return this.#shapes.source(this.#random() < 0.05 ? 0 : size)
    const parent = this.#lineage(depth - 1)
    const dice = this.#random()
    if (dice < 0.3) return this.#shapes.narrow('map', parent)
    if (dice < 0.7) return this.#shapes.shuffled('reduceByKey', size, parent)
    const other = this.#lineage(depth - 1)
    const both = [this.#shapes.shuffle(parent), this.#shapes.shuffle(other)]
    return this.#shapes.reads('join', size, ...both)
  }

  #addWorker(): void {
    const id = `w${this.#nextWorker++}`
    this.#workers.set(id, { isDead: false, isSuspended: false })
    const count = 1 + Math.floor(this.#random() * 3)
    this.#tell(`${id} comes with ${count}`, {
      type: 'executorsAdded',
      ...{ hostId: hostId(`h-${id}`), workerId: workerId(id), host: id },
      executorIds: Array.from({ length: count }, (_, n) => executorId(`${id}/${n}`)),
    })
  }

  /** It may take a while until anybody hears of it. */
  #killWorker(): void {
    const alive = [...this.#workers].filter(([, worker]) => !worker.isDead)
    if (alive.length < 2) return
    const [id, worker] = this.#pick(alive)
    worker.isDead = true
    if (this.#random() < 0.5) this.#loseWorker(id)
    else {
      const cause = { kind: 'connectionLost', message: '', counts: false } as const
      this.#forgetRunning(id)
      this.#tell(`host of ${id} lost`, { type: 'hostLost', hostId: hostId(`h-${id}`), cause })
    }
  }

  #loseWorker(id: string): void {
    this.#workers.delete(id)
    this.#forgetRunning(id)
    const lost = { type: 'workerLost', workerId: workerId(id), reason: 'silent' } as const
    this.#tell(`${id} lost`, lost)
  }

  #loseExecutor(): void {
    const all = [...this.core.tasks.pool.all()]
    if (all.length < 2) return
    const { id } = this.#pick(all)
    const cause = { kind: 'threadExit', message: '', counts: this.#random() < 0.2 } as const
    for (const [task, { launch }] of this.#running) {
      if (launch.executorId === id) this.#running.delete(task)
    }
    this.#tell(`executor ${id} lost`, { type: 'executorLost', executorId: id, cause })
  }

  #suspendSome(): void {
    if (this.#workers.size === 0) return
    const [id, worker] = this.#pick([...this.#workers])
    if (!worker.isDead) this.#suspend(id, !worker.isSuspended)
  }

  #suspend(id: string, isSuspended: boolean): void {
    const worker = this.#workers.get(id)
    if (worker === undefined) return
    worker.isSuspended = isSuspended
    const event = { type: 'workerSuspended', workerId: workerId(id), isSuspended } as const
    this.#tell(`${id} ${isSuspended ? 'suspended' : 'back'}`, event)
  }

  #cancel(): void {
    const id = jobId(Math.floor(this.#random() * this.jobs.length))
    const which = { kind: 'job', jobId: id } as const
    this.#tell(`cancel ${id}`, { type: 'jobsCancelled', which, reason: 'test' })
  }

  #endOne(id: number, isHealthy: boolean): void {
    const running = this.#running.get(id)
    if (running === undefined) return
    this.#running.delete(id)
    const end = this.#endOf(running, isHealthy)
    if (end.kind === 'success') {
      this.#readBy.set(id, this.#contentsOf(running.inputs))
      this.#cache(running.launch)
    }
    const runTimeMs = this.#isHasty ? 0.02 : this.#random() < 0.5 ? 5 : 500
    const ended = [{ taskId: taskId(id), end, runTimeMs }]
    // Now and then it is told twice.
    if (this.#random() < 0.1) ended.push({ ...ended[0]! })
    this.#tell(`task ${id} ${end.kind}`, { type: 'tasksEnded', ended })
  }

  #endOf({ launch, inputs, missing }: Running, isHealthy: boolean): TaskEnd {
    const { taskId: own } = launch.task
    if (missing !== undefined && !this.#cachedIn(launch).some(held => held)) {
      const location = { workerId: workerId('own'), host: 'own', port: 1 }
      const lost = { shuffleId: missing, mapPartition: 0, mapTaskId: own, location }
      return { kind: 'fetchFailed', ...lost, message: 'not sent' }
    }
    if (this.#cachedIn(launch).some(held => held)) return this.#successOf(launch, inputs)
    const gone = inputs.find(({ location }) => this.#workers.get(location.workerId)?.isDead ?? true)
    if (gone !== undefined) {
      const { shuffleId, status } = this.#find(gone)
      const { mapPartition, taskId: mapTaskId, location } = status
      return { kind: 'fetchFailed', shuffleId, mapPartition, mapTaskId, location, message: 'gone' }
    }
    const dice = isHealthy ? 1 : this.#random()
    if (dice < 0.03) {
      const error = { name: 'Error', code: undefined, message: 'bad luck', stack: undefined }
      return { kind: 'failed', error, retryable: true }
    }
    if (dice < 0.05) return { kind: 'killed', reason: 'somebody did' }
    return this.#successOf(launch, inputs)
  }

  #successOf(launch: LaunchTask, inputs: readonly MapStatus[]): TaskEnd {
    if (!this.core.dag.isMapStage(launch.task.stageId)) {
      return { kind: 'success', result: { kind: 'value', payload: 0, bytes: 1 } }
    }
    const status = this.#statusOf(launch, inputs)
    return { kind: 'success', result: { kind: 'mapStatus', status } }
  }

  /** For each cached RDD that the task computes: whether its host holds the partition. */
  #cachedIn({ task, hostId: host }: LaunchTask): readonly boolean[] {
    const chain = this.#stages.get(task.stageId)?.outline.chain ?? []
    return chain
      .filter(({ about }) => about.isCached)
      .map(({ id }) => this.core.dag.cache.hostsOf(id, task.partition).includes(host))
  }

  /** What a task that ended well leaves in its host's cache. */
  #cache({ task, hostId: host }: LaunchTask): void {
    const chain = this.#stages.get(task.stageId)?.outline.chain ?? []
    const blocks = chain
      .filter(({ about }) => about.isCached)
      .map(({ id }) => ({ rddId: id, partition: task.partition, memoryBytes: 10, diskBytes: 0 }))
    if (blocks.length === 0 || this.#isFickle) return
    this.#tell('cached', { type: 'cachedBlocksUpdated', hostId: host, blocks })
  }

  #statusOf({ task, executorId: at }: LaunchTask, inputs: readonly MapStatus[]): MapStatus {
    const worker = workerId(at.slice(0, at.indexOf('/')))
    const isOther = this.#isFickle && this.#random() < 0.3
    return {
      ...{ mapPartition: task.partition, taskId: task.taskId, sizes: [1], records: 1 },
      location: { workerId: worker, host: worker, port: 1 },
      // What a map task gives follows from what it read, and from chance where it is fickle.
      contentHash: mix([`${isOther ? task.taskId : 'same'}`, ...this.#contentsOf(inputs).values()]),
    }
  }

  #contentsOf(inputs: readonly MapStatus[]): ReadonlyMap<string, string> {
    return new Map(
      inputs.map(status => {
        const key = `${this.#shuffleOf.get(status)}/${status.mapPartition}`
        return [key, status.contentHash]
      }),
    )
  }

  /** Outputs that are read together were made of the same inputs. */
  #checkAgreement(statuses: readonly MapStatus[]): void {
    const seen = new Map<string, string>()
    for (const { taskId: id } of statuses) agree(seen, this.#readBy.get(id))
  }

  #find(status: MapStatus): { shuffleId: never; status: MapStatus } {
    return { shuffleId: this.#shuffleOf.get(status) as never, status }
  }

  #forgetRunning(worker: string): void {
    for (const [id, { launch }] of this.#running) {
      if (launch.hostId === `h-${worker}`) this.#running.delete(id)
    }
  }

  #tell(text: string, event: SchedulerEvent): void {
    this.#nowMs += Math.floor(this.#random() * 100)
    this.log.push(`> ${text}`)
    for (const action of this.core.handle(event, this.#nowMs)) this.#note(action)
    this.#check()
  }

  #note(action: SchedulerAction): void {
    this.log.push(`  ${action.type} ${noteOf(action)}`)
    if (action.type === 'encodeStage') this.#stages.set(action.stage.id, action.stage)
    if (action.type === 'launchTask') {
      const { taskId: id, stageId } = action.task
      claim(id > this.#lastTask, 'attempt ids rise')
      this.#lastTask = id
      const chain = this.#stages.get(stageId)?.outline.chain ?? []
      let missing: ShuffleId | undefined
      const inputs = this.core.dag.readsOf(stageId).flatMap(shuffleId => {
        if (!this.core.dag.outputs.isComplete(shuffleId)) {
          const isCut = chain.some(lineage => this.core.dag.cache.isComplete(lineage))
          claim(isCut, 'tasks start only with all inputs')
          missing = shuffleId
          return []
        }
        const statuses = this.core.dag.outputs.statuses(shuffleId)
        for (const status of statuses) this.#shuffleOf.set(status, shuffleId)
        this.#checkAgreement(statuses)
        return statuses
      })
      const worker = this.#workers.get(action.hostId.slice(2))
      claim(worker?.isSuspended === false, 'suspended workers get no tasks')
      this.#running.set(id, { launch: action, inputs, missing })
    } else if (action.type === 'deliverResult') {
      const job = this.jobs[action.jobId] as JobOutcome
      claim(!job.delivered.includes(action.index), 'a result counts once')
      claim(isOpen(job), 'nothing comes after the end of a job')
      job.delivered.push(action.index)
      const reads = this.#jobReads.get(action.jobId) ?? new Map<string, string>()
      this.#jobReads.set(action.jobId, reads)
      agree(reads, this.#readBy.get(action.taskId))
    } else if (action.type === 'countAccumulators') {
      const key = `${action.stageId}/${action.index}`
      claim(!this.#counted.has(key), 'accumulators count once for a stage and partition')
      this.#counted.add(key)
    } else if (action.type === 'finishJob') {
      const job = this.jobs[action.jobId] as JobOutcome
      claim(job.delivered.length === job.partitionCount, 'a job ends with all its results')
      claim(isOpen(job), 'a job ends once')
      job.isFinished = true
    } else if (action.type === 'failJob') {
      const job = this.jobs[action.jobId] as JobOutcome
      claim(isOpen(job), 'a job ends once')
      job.failure = action.failure
    }
  }

  #check(): void {
    const { pool, load } = this.core.tasks
    claim(load.waiting === 0 || pool.idle.size === 0, 'nothing waits while an executor is free')
    for (const executor of pool.all()) {
      const { length } = executor.inFlight
      claim(length <= EXECUTOR_DEPTH_MAX, 'an executor has no more tasks than it may')
      claim((executor.holder !== undefined) === length > 0, 'an executor works for somebody')
    }
    for (const { runningTasks } of this.core.tasks.pools?.infos ?? []) {
      claim(runningTasks >= 0 && runningTasks <= pool.size, 'pools count executors')
    }
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)] as T
  }
}

function isOpen({ isFinished, failure }: JobOutcome): boolean {
  return !isFinished && failure === undefined
}

/** Adds what was read; no output may have been read with two contents. */
function agree(seen: Map<string, string>, read: ReadonlyMap<string, string> | undefined): void {
  for (const [key, content] of read ?? []) {
    claim((seen.get(key) ?? content) === content, `no two contents of map output ${key} are mixed`)
    seen.set(key, content)
  }
}

function mix(texts: readonly string[]): string {
  let hash = 7
  for (const char of texts.join('|')) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) | 0
  return `${hash}`
}

function claim(holds: boolean, what: string): void {
  if (!holds) throw new Error(`broken: ${what}`)
}

function noteOf(action: SchedulerAction): string {
  switch (action.type) {
    case 'launchTask': {
      const { task, executorId: at } = action
      return `${task.taskId} = ${task.stageId}.${task.stageAttempt}/${task.partition} on ${at}`
    }
    case 'failJob':
      return `${action.jobId} ${action.failure.kind}`
    case 'announceStageAttempt':
      return `${action.stage.id}.${action.stageAttempt}`
    case 'announceStageEnd':
      return `${action.stageId}.${action.stageAttempt} ${action.failureReason ?? ''}`
    case 'killTasks':
      return `${action.taskIds.join(' ')}: ${action.reason}`
    default:
      return ''
  }
}
