import { v } from '#publib/schema'
import { count, list, protocolOf, text } from './decode.ts'
import type { DriverToMaster, MasterToDriver } from './driver-master.ts'
import {
  applicationIdShape,
  codeShape,
  epochShape,
  executorIdsShape,
  hostIdShape,
  hostSettingsShape,
  hostShape,
  memoryShape,
  messageShape,
  openPortShape,
  shownShape,
  someExecutorIdsShape,
  tokenShape,
  versionShape,
  workerIdShape,
} from './wire-words.ts'

const EXECUTORS_WANTED_MAX = 1_000_000
const JOBS_MAX = 1000
const HOSTS_MAX = 4096

const wanted = count(EXECUTORS_WANTED_MAX)
const some = v.pipe(wanted, v.minValue(1))
const jobSummary = v.strictObject({
  jobId: count(),
  status: v.picklist(['RUNNING', 'SUCCEEDED', 'FAILED']),
  description: shownShape,
  tasksTotal: count(),
  tasksDone: count(),
  tasksFailed: count(),
  startedMs: count(),
  endedMs: v.optional(count()),
})

const driverToMaster = v.variant('type', [
  v.strictObject({
    type: v.literal('registerApplication'),
    applicationId: v.optional(applicationIdShape),
    ticket: v.optional(tokenShape),
    name: shownShape,
    user: shownShape,
    version: versionShape,
    executorsWanted: wanted,
    executorsMin: wanted,
    executorMemoryMiB: memoryShape,
    hostSettings: hostSettingsShape,
    executorsPerWorkerMax: v.optional(some),
    executorsHeld: executorIdsShape,
    uiUrl: v.optional(v.pipe(text(2048), v.regex(/^https?:\/\/[^\s"'<>]+$/))),
  }),
  v.strictObject({ type: v.literal('requestExecutors'), total: wanted }),
  v.strictObject({ type: v.literal('releaseExecutors'), executorIds: executorIdsShape }),
  v.strictObject({
    type: v.literal('executorsLost'),
    executorIds: executorIdsShape,
    reason: messageShape,
  }),
  v.strictObject({ type: v.literal('jobSummaries'), jobs: list(jobSummary, JOBS_MAX) }),
  v.strictObject({
    type: v.literal('endApplication'),
    exitCode: v.optional(v.pipe(v.number(), v.safeInteger())),
  }),
])

/** What a master takes from a driver. */
export const fromDriver = protocolOf<DriverToMaster>('driver-master', driverToMaster)

const grantedHost = v.strictObject({
  hostId: hostIdShape,
  workerId: workerIdShape,
  host: hostShape,
  port: openPortShape,
  blockPort: openPortShape,
  executorIds: someExecutorIdsShape,
})

const masterToDriver = v.variant('type', [
  v.strictObject({
    type: v.literal('applicationRegistered'),
    applicationId: applicationIdShape,
    epoch: epochShape,
    ticket: tokenShape,
    executorsShare: wanted,
  }),
  v.strictObject({
    type: v.literal('applicationRefused'),
    code: codeShape,
    message: messageShape,
  }),
  v.strictObject({
    type: v.literal('applicationQueued'),
    position: count(),
    reason: messageShape,
  }),
  v.strictObject({
    type: v.literal('executorsGranted'),
    hosts: list(grantedHost, HOSTS_MAX),
  }),
  v.strictObject({
    type: v.literal('executorsGone'),
    executorIds: executorIdsShape,
    workerId: workerIdShape,
    reason: messageShape,
    cause: codeShape,
  }),
  v.strictObject({
    type: v.literal('workerState'),
    workerId: workerIdShape,
    state: v.picklist(['ALIVE', 'SUSPECT', 'DRAINING', 'DOWN']),
  }),
])

/** What a driver takes from its master. */
export const fromMasterToDriver = protocolOf<MasterToDriver>('driver-master', masterToDriver)
