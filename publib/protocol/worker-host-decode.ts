import { v } from '#publib/schema'
import { protocolOf, text } from './decode.ts'
import {
  applicationIdShape,
  codeShape,
  executorIdShape,
  executorIdsShape,
  hostIdShape,
  hostSettingsShape,
  hostShape,
  incarnationShape,
  memoryShape,
  messageShape,
  openPortShape,
  shownShape,
  tokenShape,
  workerIdShape,
} from './wire-words.ts'
import type { HostToWorker, WorkerToHost } from './worker-host.ts'

const PEM_MAX = 65_536

const workerToHost = v.variant('type', [
  v.strictObject({
    type: v.literal('startHost'),
    applicationId: applicationIdShape,
    applicationName: shownShape,
    hostId: hostIdShape,
    workerId: workerIdShape,
    incarnation: incarnationShape,
    ticket: tokenShape,
    listenHost: hostShape,
    advertisedHost: hostShape,
    blockPort: openPortShape,
    folder: text(4096),
    executorIds: executorIdsShape,
    executorMemoryMiB: memoryShape,
    hostSettings: hostSettingsShape,
    tls: v.optional(v.strictObject({ key: text(PEM_MAX), cert: text(PEM_MAX), ca: text(PEM_MAX) })),
  }),
  v.strictObject({ type: v.literal('addExecutors'), executorIds: executorIdsShape }),
  v.strictObject({
    type: v.literal('removeExecutors'),
    executorIds: executorIdsShape,
    reason: messageShape,
  }),
  v.strictObject({ type: v.literal('stopHost'), reason: messageShape }),
])

/** What an executor host takes from its worker, over the pipe between them. */
export const fromWorkerToHost = protocolOf<WorkerToHost>('worker-host', workerToHost)

const hostToWorker = v.variant('type', [
  v.strictObject({
    type: v.literal('hostListening'),
    port: openPortShape,
    executorIds: executorIdsShape,
  }),
  v.strictObject({ type: v.literal('executorsReady'), executorIds: executorIdsShape }),
  v.strictObject({
    type: v.literal('executorEnded'),
    executorId: executorIdShape,
    cause: codeShape,
    message: messageShape,
  }),
  v.strictObject({ type: v.literal('hostEnding'), cause: codeShape, message: messageShape }),
])

/** What a worker takes from an executor host: user code runs there and may write what it likes. */
export const fromHost = protocolOf<HostToWorker>('worker-host', hostToWorker)
