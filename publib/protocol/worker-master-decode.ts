import { v } from '#publib/schema'
import { count, list, protocolOf } from './decode.ts'
import {
  applicationIdShape,
  codeShape,
  coresShape,
  epochShape,
  executorIdsShape,
  hostIdShape,
  hostSettingsShape,
  hostShape,
  incarnationShape,
  memoryShape,
  messageShape,
  openPortShape,
  portShape,
  shownShape,
  someExecutorIdsShape,
  versionShape,
  workerIdShape,
} from './wire-words.ts'
import type { MasterToWorker, WorkerToMaster } from './worker-master.ts'

const HOSTS_MAX = 4096

const runningHost = v.strictObject({
  applicationId: applicationIdShape,
  hostId: hostIdShape,
  port: portShape,
  executorIds: executorIdsShape,
  executorsStarting: executorIdsShape,
  executorMemoryMiB: memoryShape,
})

const workerToMaster = v.variant('type', [
  v.strictObject({
    type: v.literal('registerWorker'),
    workerId: workerIdShape,
    incarnation: incarnationShape,
    version: versionShape,
    host: hostShape,
    port: openPortShape,
    blockPort: openPortShape,
    cores: coresShape,
    memoryMiB: memoryShape,
    epochSeen: epochShape,
    hosts: list(runningHost, HOSTS_MAX),
    applications: list(applicationIdShape, HOSTS_MAX),
    draining: v.boolean(),
  }),
  v.strictObject({
    type: v.literal('heartbeat'),
    sequence: count(),
    busyExecutors: count(4096),
    residentBytes: count(),
  }),
  v.strictObject({
    type: v.literal('hostReady'),
    applicationId: applicationIdShape,
    hostId: hostIdShape,
    port: openPortShape,
    executorIds: executorIdsShape,
  }),
  v.strictObject({
    type: v.literal('executorsEnded'),
    applicationId: applicationIdShape,
    hostId: hostIdShape,
    executorIds: executorIdsShape,
    hostEnded: v.boolean(),
    cause: codeShape,
    message: messageShape,
  }),
  v.strictObject({
    type: v.literal('launchRefused'),
    applicationId: applicationIdShape,
    executorIds: executorIdsShape,
    message: messageShape,
  }),
  v.strictObject({ type: v.literal('draining') }),
])

/** What a master takes from a worker. */
export const fromWorker = protocolOf<WorkerToMaster>('worker-master', workerToMaster)

const masterToWorker = v.variant('type', [
  v.strictObject({ type: v.literal('workerRegistered'), epoch: epochShape }),
  v.strictObject({
    type: v.literal('workerRefused'),
    code: codeShape,
    message: messageShape,
  }),
  v.strictObject({
    type: v.literal('launchExecutors'),
    applicationId: applicationIdShape,
    applicationName: shownShape,
    hostId: hostIdShape,
    executorIds: someExecutorIdsShape,
    executorMemoryMiB: memoryShape,
    hostSettings: hostSettingsShape,
  }),
  v.strictObject({
    type: v.literal('stopExecutors'),
    applicationId: applicationIdShape,
    executorIds: executorIdsShape,
    reason: messageShape,
  }),
  v.strictObject({ type: v.literal('endApplication'), applicationId: applicationIdShape }),
  v.strictObject({ type: v.literal('heartbeatSeen'), sequence: count() }),
])

/** What a worker takes from its master. */
export const fromMasterToWorker = protocolOf<MasterToWorker>('worker-master', masterToWorker)
