import { mkdirSync } from 'node:fs'
import type { MapStatus } from '#publib/blocks'
import { type Clock, realClock, realFiles, realThreads } from '#publib/env'
import { connectionPair, ExecutorHost, type LiveStages, ThreadLinks } from '#publib/execution'
import { collectPartitionData, encodeStage, type Lineage, type StageWork } from '#publib/lineage'
import type { DriverToExecutor, EndedTask, ExecutorToDriver } from '#publib/protocol'
import { decodeValue } from '#publib/serialization'
import { CacheBudget, noOtherWorkers } from '#publib/storage'
import type { LossCause } from '#publib/task'
import {
  errorFromData,
  executorId,
  hostId,
  jobId,
  rddId,
  type ShuffleId,
  stageId,
  taskId,
  workerId,
} from '#publib/util'
import type { UserOutputPiece } from '../../../../publib/execution/executor-host-options.ts'
import type { ExecutorLinks } from '../../../../publib/execution/executor-link.ts'

export const WORKER = { workerId: workerId('worker-test'), host: 'localhost', port: 0 }

export interface TestHostOptions {
  readonly executors?: number
  readonly heapMiB?: number
  readonly cacheBytes?: number
  /** Where none is given, the real one. */
  readonly clock?: Clock
  readonly links?: (folder: string) => ExecutorLinks
}

export interface LaunchOptions {
  readonly partitions?: readonly number[]
  readonly reads?: readonly ShuffleId[]
  readonly executor?: number
  readonly live?: LiveStages
  readonly codegen?: 'plain' | 'loops' | 'kernels'
}

/** How an attempt ended, with what came with it. */
export interface Ended extends EndedTask {
  readonly result: unknown
  readonly updates: ReadonlyMap<number, Uint8Array>
}

/** A real executor host with a driver that the test plays: no scheduler, no network. */
export class TestHost {
  readonly host: ExecutorHost
  readonly output: UserOutputPiece[] = []
  readonly lost: LossCause[] = []
  readonly messages: ExecutorToDriver[] = []
  readonly driver
  readonly executorIds
  readonly cacheBudget: CacheBudget
  readonly replaced: string[] = []
  readonly #waiting = new Map<number, (ended: Ended) => void>()
  readonly #chunks = new Map<number, Uint8Array>()
  readonly #ready: Promise<void>
  #lastTaskId = 0
  #lastStageId = 0

  constructor(folder: string, options: TestHostOptions = {}) {
    mkdirSync(`${folder}/shuffle`, { recursive: true })
    mkdirSync(`${folder}/spill`, { recursive: true })
    const links =
      options.links?.(folder) ??
      new ThreadLinks({
        threads: realThreads,
        files: realFiles,
        shuffleFolder: `${folder}/shuffle`,
        spillFolder: `${folder}/spill`,
        location: WORKER,
        heapMiB: options.heapMiB,
        memoryBytes: (options.heapMiB ?? 256) << 20,
        memoryFraction: 0.4,
      })
    this.cacheBudget = new CacheBudget(options.cacheBytes ?? 64 << 20)
    const count = options.executors ?? 1
    this.executorIds = Array.from({ length: count }, (_, i) => executorId(`worker-test/${i}`))
    let markReady = () => {}
    this.#ready = new Promise(resolve => {
      markReady = resolve
    })
    const readyIds = new Set<string>()
    this.host = new ExecutorHost({
      hostId: hostId('host-test'),
      clock: options.clock ?? realClock,
      links,
      blocks: noOtherWorkers,
      files: realFiles,
      shuffleFolder: `${folder}/shuffle`,
      cacheBudget: this.cacheBudget,
      onOutput: piece => this.output.push(piece),
      onExecutorsReady: ids => {
        for (const id of ids) readyIds.add(id)
        if (readyIds.size === count) markReady()
      },
      onExecutorLost: (_id, cause) => this.lost.push(cause),
      onReplace: reason => this.replaced.push(reason),
    })
    const [driver, host] = connectionPair<ExecutorToDriver, DriverToExecutor>()
    this.driver = driver
    driver.onMessage = (message, payloads) => this.#take(message, payloads)
    this.host.attach(host)
    this.host.addExecutors(this.executorIds)
  }

  ready(): Promise<void> {
    return this.#ready
  }

  close(): Promise<void> {
    return this.host.close()
  }

  /** Sends a stage and gives its tasks out in turn; resolves with how each ended, in the order of partitions. */
  async run(
    lineage: Lineage<unknown>,
    work: StageWork,
    options: LaunchOptions = {},
  ): Promise<Ended[]> {
    return await Promise.all(this.launch(lineage, work, options).map(({ ended }) => ended))
  }

  launch(lineage: Lineage<unknown>, work: StageWork, options: LaunchOptions = {}) {
    const stage = stageId(this.#lastStageId++)
    const partitions =
      options.partitions ?? Array.from({ length: lineage.numPartitions }, (_, i) => i)
    const encoded = options.live === undefined ? encodeStage(lineage, work) : undefined
    const { bytes, firstId } = encoded ?? { bytes: new Uint8Array(), firstId: 0 }
    options.live?.set(stage, { lineage, work })
    const { numPartitions } = lineage
    const properties = { colour: 'blue' }
    const description = {
      stageId: stage,
      numPartitions,
      kind: work.kind,
      reads: options.reads ?? [],
      properties,
      ...(options.codegen === undefined ? {} : { codegen: options.codegen }),
    }
    this.driver.send({ type: 'stage', stage: description }, [bytes])
    return partitions.map((partition, i) => {
      const payloads: Uint8Array[] = []
      const sources = collectPartitionData(lineage, partition).map(
        ({ source, partition: own, data }) => ({
          rddId: rddId(source.id - firstId),
          partition: own,
          fields: data.fields,
          payload: data.bytes === undefined ? undefined : payloads.push(data.bytes) - 1,
        }),
      )
      const id = taskId(this.#lastTaskId++)
      const task = {
        taskId: id,
        stageId: stage,
        stageAttempt: 0,
        jobId: jobId(0),
        partition,
        attempt: 0,
      }
      const executor = this.executorIds[(options.executor ?? i) % this.executorIds.length]!
      const ended = new Promise<Ended>(resolve => this.#waiting.set(id, resolve))
      this.driver.send(
        { type: 'launchTasks', tasks: [{ task, executorId: executor, sources }] },
        payloads,
      )
      return { taskId: id, ended, stageId: stage }
    })
  }

  /** Resolves when the host says that the task has started. */
  async running(id: number): Promise<void> {
    await this.#ready
    const isStarted = (message: ExecutorToDriver) =>
      message.type === 'taskStatuses' && message.started.some(started => started === id)
    while (!this.messages.some(isStarted)) await new Promise(resolve => setImmediate(resolve))
  }

  tellMapOutputs(shuffleId: ShuffleId, statuses: readonly MapStatus[], epoch = 1): void {
    this.driver.send({ type: 'mapOutputs', shuffleId, epoch, statuses })
  }

  #take(message: ExecutorToDriver, payloads: readonly Uint8Array[]): void {
    this.messages.push(message)
    if (message.type === 'resultChunk') {
      const whole = this.#chunks.get(message.taskId) ?? new Uint8Array(message.size)
      whole.set(payloads[0]!, message.offset)
      this.#chunks.set(message.taskId, whole)
    }
    if (message.type !== 'taskStatuses') return
    for (const ended of message.ended) {
      const result = ended.end.kind === 'success' ? ended.end.result : undefined
      const bytes =
        result?.kind === 'value'
          ? result.payload < 0
            ? this.#chunks.get(ended.taskId)
            : payloads[result.payload]
          : undefined
      const value = result?.kind === 'plain' ? result.value : bytes && decodeValue(bytes)
      const updates = new Map(
        ended.accumulators.map(({ accumulatorId, payload }) => [accumulatorId, payloads[payload]!]),
      )
      this.#waiting.get(ended.taskId)?.({ ...ended, result: value, updates })
      this.#waiting.delete(ended.taskId)
    }
  }
}

/** The error that an attempt failed with; what happened instead, where it did not. */
export function errorOf(ended: Ended): Error {
  if (ended.end.kind === 'failed') return errorFromData(ended.end.error)
  return new Error(`ended otherwise: ${JSON.stringify(ended.end)}`)
}
