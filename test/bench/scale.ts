/**
 * What a driver spends on a large cluster: `node dist/test/bench/scale.js [--tasks N] [--workers N] [--cores N] [--task-ms MS]`.
 * The real scheduler, its shell and the real messages; no network and no executors. Each host tells in one message of all that
 * its executors had at hand. For growing clusters and jobs, so that what grows faster than its cause shows.
 */
import { parseArgs } from 'node:util'
import { realClock } from '#publib/env'
import { decodeFrames, encodeFrame } from '#publib/frame'
import { silentLogger } from '#publib/log'
import { type EndedTask, fromDriverToExecutor, fromExecutorHost } from '#publib/protocol'
import { StatusStore } from '#publib/status'
import { emptyMetrics } from '#publib/task'
import type { Connection } from '#publib/transport'
import { applicationId, executorId, hostId, workerId } from '#publib/util'
import type { BackendEvents, ExecutorHostHandle } from '../../driver/backend/backend.ts'
import { SCHEDULER_LIMITS } from '../../driver/scheduler/core.ts'
import { Scheduler } from '../../driver/scheduler/shell.ts'
import { ShapeAction, Shapes } from '../unit/driver/scheduler/lineages.ts'

const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: '1000000' },
    workers: { type: 'string', default: '1000' },
    cores: { type: 'string', default: '16' },
    'task-ms': { type: 'string', default: '1' },
  },
})
const metrics = { ...emptyMetrics(), executorRunTimeMs: Number(values['task-ms']) }

/** What went over all links, and what the driver spent on its own end of them. */
const spent = { micros: 0, sentMessages: 0, sentBytes: 0, heardMessages: 0, heardBytes: 0 }

async function measured(work: () => unknown): Promise<void> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  spent.micros += user + system
}

/** A host without executors: all that it is given has ended as soon as it is asked. */
class EmptyHost implements ExecutorHostHandle {
  readonly hostId
  readonly workerId
  readonly host: string
  readonly connection: ExecutorHostHandle['connection']
  #atHand: EndedTask[] = []
  atHandMax = 0

  constructor(name: string) {
    this.hostId = hostId(name)
    this.workerId = workerId(name)
    this.host = name
    const connection: Partial<Connection<never, unknown>> = {
      ...{ remote: { host: name, port: 1 }, bufferedBytes: 0, isOpen: true },
      send: (message, payloads = []) => this.#hear(message, payloads),
    }
    this.connection = connection as unknown as ExecutorHostHandle['connection']
  }

  /** What it has to tell, as it comes off the wire; undefined: nothing. */
  tell(): Uint8Array | undefined {
    const ended = this.#atHand
    if (ended.length === 0) return undefined
    this.#atHand = []
    const message = { type: 'taskStatuses', started: [], ended }
    const { header, payloads } = fromDriverToExecutor.pack?.(message, []) ?? {
      ...{ header: message, payloads: [] },
    }
    return new Uint8Array(Buffer.concat(encodeFrame(header, payloads)))
  }

  #hear(message: unknown, payloads: readonly Uint8Array[]): void {
    const packed = fromExecutorHost.pack?.(message, payloads) ?? { header: message, payloads }
    const frame = encodeFrame(packed.header, packed.payloads)
    spent.sentMessages++
    for (const part of frame) spent.sentBytes += part.length
    const { type, tasks = [] } = message as { type: string; tasks?: readonly EndedLike[] }
    if (type !== 'launchTasks') return
    for (const { task, executorId: on } of tasks) {
      const end = { kind: 'success', result: { kind: 'plain', value: 1 } } as const
      this.#atHand.push({ taskId: task.taskId, executorId: on, end, metrics, accumulators: [] })
    }
    this.atHandMax = Math.max(this.atHandMax, this.#atHand.length)
  }
}
interface EndedLike {
  readonly task: { readonly taskId: EndedTask['taskId'] }
  readonly executorId: EndedTask['executorId']
}

async function run(workers: number, cores: number, tasks: number): Promise<void> {
  const hosts = Array.from({ length: workers }, (_, i) => new EmptyHost(`w${i}`))
  const scheduler = new Scheduler({
    backend: {
      async start(events: BackendEvents) {
        for (const host of hosts) {
          const ids = Array.from({ length: cores }, (_, i) => executorId(`${host.host}/${i}`))
          events.hostAdded(host, ids)
        }
        const executorsMax = workers * cores
        return {
          ...{ applicationId: applicationId('app-1'), defaultParallelism: executorsMax },
          executorsMax,
        }
      },
      requestExecutors: () => undefined,
      releaseExecutors: () => undefined,
      stop: async () => undefined,
    },
    ...{ clock: realClock, log: silentLogger, status: new StatusStore() },
    options: {
      ...{ limits: SCHEDULER_LIMITS, maxResultBytes: 0, executorsMin: 0 },
      executorIdleTimeoutMs: undefined,
    },
    bus: { post: () => undefined, isHeard: false },
    encodeStage: () => ({ bytes: new Uint8Array(1000), warnings: [], broadcastIds: [] }),
    collectPartitionData: () => [],
    decodeValue: () => undefined,
    broadcastBytes: () => new Uint8Array(0),
    onAccumulators: () => undefined,
  })
  await scheduler.start()
  Object.assign(spent, {
    ...{ micros: 0, sentMessages: 0, sentBytes: 0, heardMessages: 0, heardBytes: 0 },
  })
  let done: Promise<void> | undefined
  await measured(() => {
    done = scheduler.runJob({
      ...{ lineage: new Shapes().source(tasks), action: new ShapeAction(), operation: 'count' },
      partitions: Array.from({ length: tasks }, (_, i) => i),
      ...{ onResult: () => undefined, callSite: undefined },
    })
  })
  for (let isAny = true; isAny; ) {
    isAny = false
    for (const host of hosts) {
      const bytes = host.tell()
      if (bytes === undefined) continue
      isAny = true
      spent.heardMessages++
      spent.heardBytes += bytes.length
      await measured(() => hear(host, bytes))
    }
  }
  await done
  show(`${workers} × ${cores} executors, ${tasks} tasks:`, tasks, hosts)
  await scheduler.stop(0)
}

function hear(host: EmptyHost, bytes: Uint8Array): void {
  const decoded = decodeFrames(bytes)
  for (const frame of decoded.ok ? decoded.frames : []) {
    const message = fromExecutorHost.decode(frame.header, frame.payloads)
    if (message.ok) host.connection.onMessage?.(message.message, frame.payloads)
  }
}

function show(what: string, tasks: number, hosts: readonly EmptyHost[]): void {
  const atHandMax = Math.max(...hosts.map(host => host.atHandMax))
  const figures = [
    what.padEnd(40),
    `${(spent.micros / tasks).toFixed(2)} µs of the driver a task`,
    `${(spent.sentMessages / tasks).toFixed(3)} + ${(spent.heardMessages / tasks).toFixed(3)} messages`,
    `${(spent.sentBytes / tasks).toFixed(1)} + ${(spent.heardBytes / tasks).toFixed(1)} bytes`,
    `${atHandMax} at hand of a host at most`,
    `${(process.memoryUsage().heapUsed / 2 ** 20).toFixed(0)} MiB of heap`,
  ]
  console.log(figures.join('  '))
}

const tasks = Number(values.tasks)
const workers = Number(values.workers)
const cores = Number(values.cores)
await run(Math.ceil(workers / 100), cores, Math.ceil(tasks / 100))
await run(Math.ceil(workers / 10), cores, Math.ceil(tasks / 10))
await run(Math.ceil(workers / 100), cores, tasks)
await run(workers, cores, Math.ceil(tasks / 10))
await run(workers, cores, tasks)
