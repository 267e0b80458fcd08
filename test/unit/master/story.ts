import type {
  DriverToMaster,
  RegisterApplication,
  RegisterWorker,
  RunningHost,
  WorkerToMaster,
} from '#publib/protocol'
import {
  type ApplicationId,
  applicationId,
  type ExecutorId,
  executorId,
  hostId,
  incarnation,
  masterEpoch,
  workerId,
} from '#publib/util'
import { defaultRules, type MasterRules } from '../../../master/cluster.ts'
import { connectionId, type MasterAction, type MasterEvent } from '../../../master/events.ts'
import {
  applyRecord,
  emptyJournalState,
  type JournalState,
} from '../../../master/journal-record.ts'
import { MasterState } from '../../../master/state.ts'
import { hostSettings } from '../../support/host-settings.ts'
import { Transcript } from '../../support/transcript.ts'

type DriverRequest = Exclude<DriverToMaster, RegisterApplication>
type Report = Exclude<WorkerToMaster, RegisterWorker>

/** The master's machine, told events in words; it plays honest workers and drivers unless told otherwise. */
export class MasterStory {
  readonly transcript = new Transcript()
  readonly rules: MasterRules
  journal: JournalState = emptyJournalState
  master: MasterState
  nowMs = 0
  /** What runs on each worker, as the worker would tell. */
  readonly running = new Map<string, Map<string, RunningHost>>()
  readonly #connections = new Map<string, number>()
  #nextConnection = 0
  #epoch = 0

  constructor(rules: Partial<MasterRules> = {}) {
    this.rules = { ...defaultRules, ...rules }
    this.master = this.#start()
  }

  remark(text: string): void {
    this.transcript.remark(text)
  }

  check(name: string): void {
    this.transcript.check(`master/${name}`)
  }

  // ── The master

  restart(): void {
    this.#connections.clear()
    this.master = this.#start()
    this.transcript.told(`the master restarts as epoch ${this.#epoch}`)
  }

  /** Time goes by; sweeps come every half second, and workers beat unless they are in `silent`. */
  pass(ms: number, silent: readonly string[] = []): void {
    this.transcript.told(
      `${ms / 1000} s pass${silent.length > 0 ? `, ${silent.join(' ')} silent` : ''}`,
    )
    for (let passed = 0; passed < ms; passed += 500) {
      this.nowMs += 500
      for (const name of passed % 2000 === 0 ? this.running.keys() : []) {
        if (!silent.includes(name) && this.#connections.has(name)) this.#beat(name)
      }
      this.#take({ type: 'Swept', latenessMs: 0 })
    }
  }

  /** The master itself stands still. */
  freeze(ms: number): void {
    this.transcript.told(`the master stands still for ${ms / 1000} s`)
    this.nowMs += ms
    this.#take({ type: 'Swept', latenessMs: ms - 500 })
  }

  // ── Workers

  worker(name: string, cores: number, changes: Partial<RegisterWorker> = {}): void {
    this.transcript.told(`worker ${name} registers with ${cores} cores${describe(changes)}`)
    const hosts = [...(this.running.get(name)?.values() ?? [])]
    if (!this.running.has(name)) this.running.set(name, new Map())
    const applications = [...new Set(hosts.map(host => host.applicationId))]
    this.#take({
      type: 'WorkerRegistered',
      connection: this.#connect(name),
      registration: {
        ...{ type: 'registerWorker', workerId: workerId(name), incarnation: incarnation(1) },
        ...{ version: '0.1.0', host: `${name}.local`, port: 7078, blockPort: 7079 },
        ...{ cores, memoryMiB: cores * 1024, epochSeen: masterEpoch(0), hosts, applications },
        ...{ draining: false, ...changes },
      },
    })
  }

  /** The worker process dies: nothing runs there any more. */
  kill(name: string): void {
    this.running.set(name, new Map())
    this.close(name, `worker ${name} is killed`)
  }

  report(name: string, message: Report): void {
    this.transcript.told(`worker ${name} tells ${message.type}${describe(message)}`)
    this.#take({ type: 'WorkerSpoke', connection: this.#connectionOf(name), message })
  }

  /** The host of the application there ends, with the named cause. */
  endHost(name: string, application: string, cause = 'signal', message = 'it was killed'): void {
    for (const [key, host] of this.running.get(name) ?? []) {
      if (host.applicationId !== application) continue
      this.running.get(name)?.delete(key)
      const executorIds = [...host.executorIds, ...host.executorsStarting]
      this.report(name, {
        ...{ type: 'executorsEnded', applicationId: host.applicationId, hostId: host.hostId },
        ...{ executorIds, hostEnded: true, cause, message },
      })
    }
  }

  /** What was told to start stands ready. */
  ready(name: string): void {
    for (const [key, host] of this.running.get(name) ?? []) {
      if (host.executorsStarting.length === 0) continue
      const executorIds = host.executorsStarting
      const all = [...host.executorIds, ...executorIds]
      this.running
        .get(name)
        ?.set(key, { ...host, port: 9000, executorIds: all, executorsStarting: [] })
      const { applicationId: app, hostId: id } = host
      this.report(name, {
        type: 'hostReady',
        applicationId: app,
        hostId: id,
        port: 9000,
        executorIds,
      })
    }
  }

  // ── Drivers

  driver(name: string, wanted: number, changes: Partial<RegisterApplication> = {}): void {
    this.transcript.told(`driver ${name} registers, wants ${wanted}${describe(changes)}`)
    this.#take({
      type: 'ApplicationRegistered',
      connection: this.#connect(name),
      registration: {
        ...{ type: 'registerApplication', name, user: 'ann', version: '0.1.0' },
        ...{ executorsWanted: wanted, executorsMin: 1, executorMemoryMiB: 256 },
        ...{ executorsHeld: [], hostSettings, ...changes },
      },
      freshId: applicationId(`app-${name}`),
      isTicketValid: changes.ticket !== 'wrong',
    })
  }

  request(name: string, message: DriverRequest): void {
    this.transcript.told(`driver ${name} sends ${message.type}${describe(message)}`)
    this.#take({ type: 'DriverSpoke', connection: this.#connectionOf(name), message })
  }

  close(name: string, text = `the connection of ${name} breaks`, isGoodbye = false): void {
    this.transcript.told(text)
    const connection = this.#connectionOf(name)
    this.#connections.delete(name)
    this.#take({ type: 'ConnectionClosed', connection, isGoodbye })
  }

  heldBy(name: string): readonly ExecutorId[] {
    return [...this.running.values()]
      .flatMap(hosts => [...hosts.values()])
      .filter(host => host.applicationId === `app-${name}`)
      .flatMap(host => host.executorIds)
  }

  #start(): MasterState {
    this.#epoch += 1
    const epoch = masterEpoch(this.#epoch)
    const { rules, journal, nowMs } = this
    return new MasterState({ rules, epoch, journal, nowMs, wallMs: 1_000_000 + nowMs })
  }

  #connect(name: string) {
    const connection = this.#nextConnection++
    this.#connections.set(name, connection)
    return connectionId(connection)
  }

  #connectionOf(name: string) {
    return connectionId(this.#connections.get(name) ?? -1)
  }

  #beat(name: string): void {
    const message = { type: 'heartbeat', sequence: 0, busyExecutors: 0, residentBytes: 0 } as const
    this.#take({ type: 'WorkerSpoke', connection: this.#connectionOf(name), message })
  }

  #take(event: MasterEvent): void {
    for (const action of this.master.handle(event, this.nowMs)) {
      this.#play(action)
      const text = this.#textOf(action)
      if (text !== undefined) this.transcript.did(text)
    }
  }

  #play(action: MasterAction): void {
    if (action.type === 'WriteJournal') {
      this.journal = applyRecord(this.journal, action.record, 10)
    } else if (action.type === 'CloseConnection') {
      const name = this.#nameOf(action.connection)
      if (this.#connections.get(name) === action.connection) this.#connections.delete(name)
    } else if (action.type === 'SendToWorker') this.#obey(this.#nameOf(action.connection), action)
  }

  #obey(name: string, { message }: Extract<MasterAction, { type: 'SendToWorker' }>): void {
    const hosts = this.running.get(name)
    if (message.type !== 'launchExecutors' || hosts === undefined) return
    const { hostId: id, applicationId: app, executorIds, executorMemoryMiB } = message
    const known = hosts.get(id) ?? {
      ...{ applicationId: app as ApplicationId, hostId: hostId(id), port: 0 },
      ...{ executorIds: [], executorsStarting: [], executorMemoryMiB },
    }
    const executorsStarting = [...known.executorsStarting, ...executorIds]
    hosts.set(id, { ...known, executorsStarting })
  }

  #textOf(action: MasterAction): string | undefined {
    switch (action.type) {
      case 'AnswerBeat':
      case 'Note':
        return undefined
      case 'WriteJournal':
        return `journal: ${action.record.type}`
      case 'SendToWorker':
      case 'SendToDriver': {
        const { message } = action
        return `tell ${this.#nameOf(action.connection)}: ${message.type}${describe(message)}`
      }
      case 'WelcomeDriver':
        return `welcome ${this.#nameOf(action.connection)} as ${action.applicationId}`
      case 'CloseConnection':
        return `close ${this.#nameOf(action.connection)}: ${action.code} ${action.reason}`
    }
  }

  #nameOf(connection: number): string {
    for (const [name, id] of this.#connections) if (id === connection) return name
    return `connection ${connection}`
  }
}

export const ids = (...names: readonly string[]): ExecutorId[] => names.map(executorId)

/** The fields of a message that tell something, in few words. */
function describe(message: object): string {
  const words = Object.entries(message).flatMap(([key, value]) => wordsOf(key, value))
  return words.length === 0 ? '' : ` (${words.join(', ')})`
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

function wordsOf(key: string, value: unknown): string[] {
  if (DULL.has(key) || value === undefined) return []
  if (Array.isArray(value)) {
    const items = value.map(item =>
      typeof item === 'object' ? describe(item as object).trim() : String(item),
    )
    return items.length === 0 ? [] : [`${key} ${items.join(' ')}`]
  }
  return [`${key} ${String(value)}`]
}
