import {
  fromDriverToExecutor,
  fromExecutorHost,
  fromHost,
  fromWorkerToHost,
} from '#publib/protocol'
import { emptyMetrics } from '#publib/task'
import { errorToData } from '#publib/util'
import { type FuzzSample, type ProtocolLink, packed } from './fuzz-protocol.ts'
import { hostSettings } from './host-settings.ts'

export const task = { taskId: 7, stageId: 1, stageAttempt: 0, jobId: 0, partition: 3, attempt: 1 }
const location = { workerId: 'worker-1', host: '10.0.0.1', port: 7079 }
const status = {
  ...{ mapPartition: 0, taskId: 7, location, sizes: [0, 12, 5], records: 3 },
  contentHash: '0123456789abcdef',
}
export const piece = [new Uint8Array(8)]

export const toExecutor: readonly FuzzSample[] = [
  { message: { type: 'attach', applicationId: 'app-1', hostId: 'host-1', version: '0.1.0' } },
  {
    message: {
      type: 'stage',
      stage: { stageId: 1, numPartitions: 4, kind: 'result', reads: [2], properties: { a: 'b' } },
    },
    payloads: piece,
  },
  { message: { type: 'dropStages', stageIds: [1, 2] } },
  { message: { type: 'mapOutputs', shuffleId: 2, epoch: 3, statuses: [status] } },
  {
    message: {
      type: 'launchTasks',
      tasks: [
        {
          task,
          executorId: 'worker-1/0',
          sources: [{ rddId: 4, partition: 3, fields: { path: 'x' }, payload: 0 }],
        },
      ],
    },
    payloads: piece,
  },
  { message: { type: 'killTasks', taskIds: [7], reason: 'cancelled' } },
  { message: { type: 'killTasks', taskIds: [7], reason: 'cancelled', isGentle: true } },
  {
    message: { type: 'file', name: 'a/b.txt', offset: 2, size: 5, isExecutable: true },
    payloads: [new Uint8Array([1, 2, 3])],
  },
  { message: { type: 'broadcast', broadcastId: 1, offset: 4, size: 12 }, payloads: piece },
  { message: { type: 'dropBroadcast', broadcastId: 1 } },
  { message: { type: 'dropShuffles', shuffleIds: [2] } },
  { message: { type: 'unpersist', rddId: 4 } },
  { message: { type: 'renewLease', sequence: 9 } },
  { message: { type: 'detach' } },
]

export const ended = {
  taskId: 7,
  executorId: 'worker-1/0',
  metrics: emptyMetrics(),
  accumulators: [],
  lostClasses: ['Person'],
}
const error = errorToData(new Error('a', { cause: new RangeError('b') }))
const ends = [
  { kind: 'success', result: { kind: 'mapStatus', status } },
  { kind: 'success', result: { kind: 'value', payload: 0, bytes: 8 } },
  { kind: 'success', result: { kind: 'plain', value: 42 } },
  { kind: 'success', result: { kind: 'plain', value: null } },
  { kind: 'success', result: { kind: 'plain' } },
  { kind: 'failed', error, retryable: true },
  { kind: 'fetchFailed', shuffleId: 2, mapPartition: 0, mapTaskId: 7, location, message: 'gone' },
  { kind: 'killed', reason: 'cancelled' },
  {
    kind: 'executorLost',
    executorId: 'worker-1/0',
    cause: { kind: 'outOfMemory', message: 'full', counts: true },
  },
]
const toDriver: FuzzSample[] = [
  { message: { type: 'attached', hostId: 'host-1', executorIds: ['worker-1/0'] } },
  { message: { type: 'executorsAdded', executorIds: ['worker-1/1'] } },
  ...ends.map(end => ({
    message: {
      type: 'taskStatuses',
      started: [8],
      ended: [{ ...ended, end, accumulators: [{ accumulatorId: 1, payload: 0 }] }],
    },
    payloads: piece,
  })),
  { message: { type: 'resultChunk', taskId: 7, offset: 0, size: 8 }, payloads: piece },
  {
    message: {
      type: 'executorLost',
      executorId: 'worker-1/0',
      cause: { kind: 'signal', message: 'SIGKILL', counts: true },
    },
  },
  {
    message: {
      type: 'cachedBlocks',
      blocks: [{ rddId: 1, partition: 0, memoryBytes: 100, diskBytes: 0 }],
    },
  },
  { message: { type: 'confirmed', requestId: 4 } },
  {
    message: {
      type: 'hostMetrics',
      residentBytes: 1e8,
      heapBytes: 1e7,
      cpuMs: 3.5,
      loopLagMs: 0.2,
    },
  },
  {
    message: {
      type: 'tasksStalled',
      tasks: [
        {
          ...{ taskId: 7, stageId: 1, partition: 3, executorId: 'worker-1/0' },
          ...{ records: 4096, phase: 'running', stalledMs: 30_000 },
        },
      ],
    },
  },
  { message: { type: 'leaseSeen', sequence: 9 } },
]

const startHost = {
  ...{ type: 'startHost', applicationId: 'app-1', applicationName: 'hello', hostId: 'host-1' },
  ...{ workerId: 'worker-1', incarnation: 2, ticket: 'abc.def', listenHost: '127.0.0.1' },
  ...{ advertisedHost: '127.0.0.1', blockPort: 7079, folder: '/tmp/x', executorMemoryMiB: 1024 },
  ...{ executorIds: ['worker-1/0'], hostSettings },
}
const toHost: FuzzSample[] = [
  { message: startHost },
  { message: { ...startHost, tls: { key: 'k', cert: 'c', ca: 'a' } } },
  { message: { type: 'addExecutors', executorIds: ['worker-1/1'] } },
  { message: { type: 'removeExecutors', executorIds: ['worker-1/1'], reason: 'idle' } },
  { message: { type: 'stopHost', reason: 'the application ended' } },
]
const toWorker: FuzzSample[] = [
  { message: { type: 'hostListening', port: 4711, executorIds: ['worker-1/0'] } },
  { message: { type: 'executorsReady', executorIds: ['worker-1/0'] } },
  { message: { type: 'executorEnded', executorId: 'worker-1/0', cause: 'released', message: 'm' } },
  { message: { type: 'hostEnding', cause: 'leaseExpired', message: 'm' } },
]

/** Many in a message, as they come: short tasks of two stages, their ends among others. */
const manyTasks: FuzzSample = {
  message: {
    type: 'launchTasks',
    tasks: Array.from({ length: 400 }, (_, i) => ({
      task: { ...task, taskId: 1000 + i * 3, stageId: i % 2, partition: i * 1000, attempt: i % 5 },
      executorId: `worker-1/${i % 3}`,
      sources: i === 7 ? [{ rddId: 4, partition: 3, fields: null, payload: 0 }] : [],
    })),
  },
  payloads: piece,
}
const measured = emptyMetrics()
measured.executorRunTimeMs = 0.25
measured.shuffleWrite.timeMs = 1e-3
const manyEnds: FuzzSample = {
  message: {
    type: 'taskStatuses',
    started: [5, 6],
    ended: [...ends, ...ends, ...ends, ...ends].map((end, i) => ({
      ...{ taskId: 100 - i, executorId: `worker-1/${i % 2}`, end, accumulators: [] },
      metrics: measured,
    })),
  },
  payloads: piece,
}

/** Between executor hosts, their driver and their worker. */
export const executorLinks: readonly ProtocolLink[] = [
  {
    name: 'what an executor host takes from its driver',
    protocol: fromDriverToExecutor,
    samples: [...toExecutor, ...packed(fromExecutorHost, [...toExecutor, manyTasks])],
    sent: [...toExecutor, manyTasks],
    sender: fromExecutorHost,
  },
  {
    name: 'what a driver takes from an executor host',
    protocol: fromExecutorHost,
    samples: [...toDriver, ...packed(fromDriverToExecutor, [...toDriver, manyEnds])],
    sent: [...toDriver, manyEnds],
    sender: fromDriverToExecutor,
  },
  {
    name: 'what an executor host takes from its worker',
    protocol: fromWorkerToHost,
    samples: toHost,
  },
  { name: 'what a worker takes from an executor host', protocol: fromHost, samples: toWorker },
]
