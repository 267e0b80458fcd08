import {
  fromBlockService,
  fromDriver,
  fromMasterToDriver,
  fromMasterToWorker,
  fromWorker,
  toBlockService,
} from '#publib/protocol'
import type { ProtocolLink } from './fuzz-protocol.ts'
import { hostSettings } from './host-settings.ts'

export const APP = 'app-20261121174300-4f2a91c0'
const EXECUTORS = { applicationId: APP, executorIds: ['worker-1/0', 'worker-1/1'] }
export const HOST = { ...EXECUTORS, hostId: `${APP}:worker-1/0` }
const RUNNING = { ...HOST, port: 9000, executorsStarting: ['worker-1/2'], executorMemoryMiB: 256 }
export const REGISTER_WORKER = {
  ...{ type: 'registerWorker', workerId: 'worker-1', incarnation: 1, version: '0.1.0' },
  ...{ host: '127.0.0.1', port: 7078, blockPort: 7079, cores: 2, memoryMiB: 1024 },
  ...{ epochSeen: 1, hosts: [RUNNING], applications: [APP], draining: false },
}
export const REGISTER_APPLICATION = {
  ...{ type: 'registerApplication', applicationId: APP, ticket: 'abc', name: 'word count' },
  ...{ user: 'ann', version: '0.1.0', executorsWanted: 4, executorsMin: 1, executorMemoryMiB: 256 },
  ...{ executorsPerWorkerMax: 2, executorsHeld: ['worker-1/0'], uiUrl: 'http://127.0.0.1:4040/' },
  hostSettings,
}
const JOB = {
  ...{ jobId: 1, status: 'RUNNING', description: 'count at a.ts:3', tasksTotal: 4, tasksDone: 2 },
  ...{ tasksFailed: 0, startedMs: 5 },
}
export const RANGE = { shuffleId: 1, mapPartition: 2, taskId: 3, start: 0, end: 4 }

/** Between master, workers, drivers and block services. */
export const clusterLinks: readonly ProtocolLink[] = [
  {
    ...{ protocol: fromWorker, name: 'worker to master' },
    samples: [
      REGISTER_WORKER,
      { type: 'heartbeat', sequence: 1, busyExecutors: 2, residentBytes: 3 },
      { type: 'hostReady', ...HOST, port: 9000 },
      { type: 'executorsEnded', ...HOST, hostEnded: true, cause: 'signal', message: 'killed' },
      { type: 'launchRefused', ...EXECUTORS, message: 'no room' },
      { type: 'draining' },
    ].map(message => ({ message })),
  },
  {
    ...{ protocol: fromMasterToWorker, name: 'master to worker' },
    samples: [
      { type: 'workerRegistered', epoch: 3 },
      { type: 'workerRefused', code: 'MASTER_TOO_OLD', message: 'old' },
      {
        type: 'launchExecutors',
        ...HOST,
        applicationName: 'word count',
        executorMemoryMiB: 256,
        hostSettings,
      },
      { type: 'stopExecutors', ...EXECUTORS, reason: 'released' },
      { type: 'endApplication', applicationId: APP },
      { type: 'heartbeatSeen', sequence: 4 },
    ].map(message => ({ message })),
  },
  {
    ...{ protocol: fromDriver, name: 'driver to master' },
    samples: [
      REGISTER_APPLICATION,
      { type: 'requestExecutors', total: 4 },
      { type: 'releaseExecutors', executorIds: ['worker-1/0'] },
      { type: 'executorsLost', executorIds: ['worker-1/0'], reason: 'gone' },
      { type: 'jobSummaries', jobs: [JOB] },
      { type: 'endApplication', exitCode: 0 },
    ].map(message => ({ message })),
  },
  {
    ...{ protocol: fromMasterToDriver, name: 'master to driver' },
    samples: [
      {
        type: 'applicationRegistered',
        applicationId: APP,
        epoch: 1,
        ticket: 't',
        executorsShare: 2,
      },
      { type: 'applicationRefused', code: 'APPLICATION_REFUSED', message: 'no' },
      { type: 'applicationQueued', position: 1, reason: 'no worker' },
      {
        type: 'executorsGranted',
        hosts: [
          {
            ...{ hostId: 'h1', workerId: 'worker-1', host: '127.0.0.1', port: 9000 },
            ...{ blockPort: 7079, executorIds: ['worker-1/0'] },
          },
        ],
      },
      {
        ...{ type: 'executorsGone', executorIds: ['worker-1/0'], workerId: 'worker-1' },
        ...{ reason: 'killed', cause: 'signal' },
      },
      { type: 'workerState', workerId: 'worker-1', state: 'SUSPECT' },
    ].map(message => ({ message })),
  },
  {
    ...{ protocol: toBlockService, name: 'reader to block service' },
    samples: [
      { message: { type: 'fetchRanges', requestId: 1, applicationId: APP, ranges: [RANGE] } },
    ],
  },
  {
    ...{ protocol: fromBlockService, name: 'block service to reader' },
    samples: [
      {
        message: { type: 'rangePart', requestId: 1, index: 0, isLast: true },
        payloads: [new Uint8Array(9)],
      },
      { message: { type: 'rangeMissing', requestId: 1, index: 0, reason: 'gone' } },
    ],
  },
]
