import type { HostToWorker, MasterToWorker } from '#publib/protocol'
import {
  applicationId,
  type ExecutorId,
  executorId,
  type HostId,
  hostId,
  incarnation,
  masterEpoch,
  workerId,
} from '#publib/util'
import type { WorkerAction, WorkerEvent } from '../../../worker/events.ts'
import { defaultWorkerRules } from '../../../worker/site.ts'
import { WorkerState } from '../../../worker/state.ts'
import { hostSettings } from '../../support/host-settings.ts'
import { Transcript } from '../../support/transcript.ts'

export const ann = applicationId('app-ann')
export const bob = applicationId('app-bob')
export const host = (name: string): HostId => hostId(`host-${name}`)
export const executors = (...numbers: readonly number[]): ExecutorId[] =>
  numbers.map(number => executorId(`w1/${number}`))

/** The worker's machine, told events in words. */
export class WorkerStory {
  readonly transcript = new Transcript()
  readonly worker: WorkerState
  nowMs = 0

  constructor({ cores = 4, memoryMiB = 1024 } = {}) {
    this.worker = new WorkerState(
      { ...defaultWorkerRules, cores, memoryMiB },
      { workerId: workerId('w1'), incarnation: incarnation(3), epochSeen: masterEpoch(5) },
      { version: '0.1.0', host: 'w1.local', port: 7078, blockPort: 7079 },
    )
  }

  remark(text: string): void {
    this.transcript.remark(text)
  }

  check(name: string): void {
    this.transcript.check(`worker/${name}`)
  }

  connect(epoch = 6): void {
    this.tell('a master answers', { type: 'MasterConnected' })
    this.master({ type: 'workerRegistered', epoch: masterEpoch(epoch) })
  }

  disconnect(code: number, reason: string): void {
    this.tell(`the master closes with ${code} ${reason}`, {
      type: 'MasterDisconnected',
      code,
      reason,
    })
  }

  master(message: MasterToWorker): void {
    this.tell(`the master says ${text(message)}`, { type: 'MasterSpoke', message })
  }

  launch(name: string, numbers: readonly number[], application = ann, memoryMiB = 128): void {
    this.master({
      ...{ type: 'launchExecutors', applicationId: application, applicationName: 'a test' },
      ...{ hostId: host(name), executorIds: executors(...numbers), executorMemoryMiB: memoryMiB },
      hostSettings,
    })
  }

  says(name: string, message: HostToWorker): void {
    this.tell(`host ${name} says ${text(message)}`, {
      ...{ type: 'HostSpoke', hostId: host(name), message },
    })
  }

  listens(name: string, numbers: readonly number[]): void {
    const executorIds = executors(...numbers)
    this.says(name, { type: 'hostListening', port: 9000, executorIds })
  }

  exits(name: string, code: number | null, signal: string | null, output = ''): void {
    this.tell(`the process of host ${name} ends with ${signal ?? code}`, {
      ...{ type: 'HostExited', hostId: host(name), code, signal, output },
    })
  }

  /** Time goes by; the master answers beats unless it is silent. */
  pass(ms: number, isSilent = false): void {
    this.transcript.told(`${ms / 1000} s pass${isSilent ? ', the master silent' : ''}`)
    for (let passed = 0; passed < ms; passed += 500) {
      this.nowMs += 500
      this.#take({ type: 'Swept', latenessMs: 0, residentBytes: 1 })
      const message = { type: 'heartbeatSeen', sequence: 0 } as const
      if (!isSilent) this.#take({ type: 'MasterSpoke', message })
    }
  }

  tell(what: string, event: WorkerEvent): void {
    this.transcript.told(what)
    this.#take(event)
  }

  #take(event: WorkerEvent): void {
    for (const action of this.worker.handle(event, this.nowMs)) {
      const line = actionText(action)
      if (line !== undefined) this.transcript.did(line)
    }
  }
}

function actionText(action: WorkerAction): string | undefined {
  switch (action.type) {
    case 'Note':
      return undefined
    case 'SendToMaster':
      return `tell the master: ${text(action.message)}`
    case 'SendToHost':
      return `tell ${action.hostId}: ${text(action.message)}`
    case 'StartHost':
      return `start ${action.host.hostId} for ${action.host.applicationId} with ${action.host.executorIds.join(' ')}`
    default:
      return text(action)
  }
}

const DULL = new Set([
  'type',
  'applicationName',
  'executorMemoryMiB',
  'hostSettings',
  'host',
  'blockPort',
  'port',
])
DULL.add('version').add('residentBytes')

/** A message in few words. */
function text(message: { readonly type: string }): string {
  const words = Object.entries(message).flatMap(([key, value]) => words_(key, value))
  return [message.type, ...words].join(' ')
}

function words_(key: string, value: unknown): string[] {
  if (DULL.has(key) || value === undefined) return []
  if (!Array.isArray(value)) return [`${key}=${String(value)}`]
  const items = value.map(item =>
    typeof item === 'object' ? `(${text(item as { type: string }).trim()})` : String(item),
  )
  return items.length === 0 ? [] : [`${key}=${items.join('+')}`]
}
