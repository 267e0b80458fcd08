import type { Cancellable, Env, GateRequest, Listener, Socket } from '#publib/env'
import type { Logger } from '#publib/log'
import {
  type DriverToMaster,
  fromDriver,
  fromWorker,
  MASTER_PATHS,
  type MasterToDriver,
  type MasterToWorker,
  type WorkerToMaster,
} from '#publib/protocol'
import {
  applicationTicket,
  credentialsOf,
  type Exposure,
  openPort,
  type Secrets,
  tokenMatches,
} from '#publib/security'
import { type Connection, connectionOver } from '#publib/transport'
import { type ApplicationId, applicationId, type MasterEpoch, masterEpoch } from '#publib/util'
import type { MasterRules } from './cluster.ts'
import { type ConnectionId, connectionId, type MasterAction, type MasterEvent } from './events.ts'
import { Journal } from './journal.ts'
import type { JournalRecord } from './journal-record.ts'
import { PeerLimits } from './peer-limits.ts'
import { answerRequest, rolesAt } from './ports.ts'
import { MasterState } from './state.ts'
import type { MasterStatus } from './status.ts'

export interface MasterOptions {
  readonly host: string
  readonly port: number
  readonly exposure: Exposure
  readonly secrets: Secrets
  /** Holds the journal. */
  readonly stateDir: string
  /** The name of the journal's files. */
  readonly name: string
  readonly rules: MasterRules
  readonly log: Logger
  /** The body of the answer at `/healthz`. */
  readonly health: (status: MasterStatus) => string
  /** The journal cannot be written any more: the master has closed its port and must not go on. */
  readonly onStepDown: (error: Error) => void
}

type WorkerLink = Connection<WorkerToMaster, MasterToWorker>
type DriverLink = Connection<DriverToMaster, MasterToDriver>

const SWEEP_MS = 500
/** Control messages only: tasks, results and blocks never come this way. */
const MESSAGE_BYTES_MAX = 1024 * 1024

/** The shell of the master: frames become events, actions become frames and records. Decides nothing. */
export class Master {
  readonly #env: Env
  readonly #options: MasterOptions
  readonly #journal: Journal
  readonly #state: MasterState
  readonly #workers = new Map<ConnectionId, WorkerLink>()
  readonly #drivers = new Map<ConnectionId, DriverLink>()
  readonly #outbox: MasterAction[] = []
  #listener: Listener | undefined
  #sweep: Cancellable | undefined
  #sweptMs: number
  #connections = 0
  #isPerforming = false
  #isClosed = false

  private constructor(env: Env, options: MasterOptions, journal: Journal, state: MasterState) {
    this.#env = env
    this.#options = options
    this.#journal = journal
    this.#state = state
    this.#sweptMs = env.clock.now()
  }

  /** Resolves when the port answers. The epoch of this life is on disk before anybody hears of it. */
  static async start(env: Env, options: MasterOptions): Promise<Master> {
    const { stateDir, name, rules, log } = options
    const { endedMax, acceptsDataLoss } = rules
    const place = { folder: stateDir, name, endedMax, acceptsDataLoss, log }
    const journal = await Journal.open({ env, ...place })
    const epoch = masterEpoch(journal.state.epoch + 1)
    await journal.append([{ type: 'masterStarted', epoch }])
    const times = { nowMs: env.clock.now(), wallMs: env.clock.wallTime() }
    const state = new MasterState({ rules, epoch, journal: journal.state, ...times })
    const master = new Master(env, options, journal, state)
    await master.#open()
    return master
  }

  get address(): { readonly host: string; readonly port: number } {
    return this.#listener!.address
  }

  get epoch(): MasterEpoch {
    return this.#state.epoch
  }

  status(): MasterStatus {
    return this.#state.status(this.#env.clock.now())
  }

  /** Workers and applications stay as they are: they come back to the next master. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#sweep?.cancel()
    this.#journal.close()
    await this.#listener?.close()
  }

  async #open(): Promise<void> {
    const { host, port, exposure, secrets, health } = this.#options
    const credentials = credentialsOf(secrets)
    const status = () => this.status()
    this.#listener = await openPort(this.#env.network, {
      ...{ host, port, exposure, rolesAt, messageBytesMax: MESSAGE_BYTES_MAX },
      nowMs: () => this.#env.clock.now(),
      credentials: () => credentials,
      onSocket: (socket, _role, request) => this.#welcome(socket, request),
      onRequest: request => answerRequest(request, { status, health }),
    })
    this.#sweep = this.#env.clock.every(SWEEP_MS, () => this.#onSweep())
  }

  #welcome(socket: Socket, request: GateRequest): void {
    const id = connectionId(this.#connections++)
    if (request.path === MASTER_PATHS.worker) this.#welcomeWorker(id, socket)
    else if (request.path === MASTER_PATHS.driver) this.#welcomeDriver(id, socket)
    else socket.close(4404, 'no sockets here')
  }

  #welcomeWorker(connection: ConnectionId, socket: Socket): void {
    const link: WorkerLink = connectionOver(socket, fromWorker, this.#env.clock)
    this.#workers.set(connection, link)
    this.#attend(connection, link, message => {
      if (message.type !== 'registerWorker') {
        return { type: 'WorkerSpoke', connection, message }
      }
      return { type: 'WorkerRegistered', connection, registration: message }
    })
  }

  #welcomeDriver(connection: ConnectionId, socket: Socket): void {
    const link: DriverLink = connectionOver(socket, fromDriver, this.#env.clock)
    this.#drivers.set(connection, link)
    this.#attend(connection, link, message => {
      if (message.type !== 'registerApplication')
        return { type: 'DriverSpoke', connection, message }
      const isTicketValid = this.#isTicketOf(message.applicationId, message.ticket)
      const freshId = this.#freshApplicationId()
      const registration = message
      return { type: 'ApplicationRegistered', connection, registration, freshId, isTicketValid }
    })
  }

  #attend<In extends WorkerToMaster | DriverToMaster, Out extends MasterToWorker | MasterToDriver>(
    connection: ConnectionId,
    link: Connection<In, Out>,
    eventOf: (message: In) => MasterEvent,
  ): void {
    const limits = new PeerLimits(this.#env.clock, (code, reason) => link.close(code, reason))
    link.onMessage = message => {
      limits.greeted()
      if (limits.allow()) this.#happened(eventOf(message))
      else link.close(4429, 'too many messages')
    }
    link.onClose = code => {
      limits.end()
      this.#workers.delete(connection)
      this.#drivers.delete(connection)
      this.#happened({ type: 'ConnectionClosed', connection, isGoodbye: code === 1000 })
    }
  }

  #onSweep(): void {
    const nowMs = this.#env.clock.now()
    const latenessMs = Math.max(0, nowMs - this.#sweptMs - SWEEP_MS)
    this.#sweptMs = nowMs
    this.#happened({ type: 'Swept', latenessMs })
  }

  #happened(event: MasterEvent): void {
    if (this.#isClosed) return
    for (const action of this.#state.handle(event, this.#env.clock.now())) {
      if (action.type === 'AnswerBeat') this.#perform(action)
      else this.#outbox.push(action)
    }
    if (!this.#isPerforming) void this.#performAll()
  }

  /** In order: what comes after a record waits until it is on disk. Records that stand together share one write. */
  async #performAll(): Promise<void> {
    this.#isPerforming = true
    try {
      while (this.#outbox.length > 0 && !this.#isClosed) {
        const records = this.#takeRecords()
        if (records.length > 0) await this.#journal.append(records)
        else this.#perform(this.#outbox.shift()!)
      }
    } catch (error) {
      await this.#stepDown(error as Error)
    } finally {
      this.#isPerforming = false
    }
  }

  #takeRecords(): readonly JournalRecord[] {
    const records: JournalRecord[] = []
    for (let next = this.#outbox[0]; next?.type === 'WriteJournal'; next = this.#outbox[0]) {
      records.push(next.record)
      this.#outbox.shift()
    }
    return records
  }

  #perform(action: MasterAction): void {
    switch (action.type) {
      case 'SendToWorker':
        this.#workers.get(action.connection)?.send(action.message)
        break
      case 'AnswerBeat': {
        const { connection, sequence } = action
        this.#workers.get(connection)?.send({ type: 'heartbeatSeen', sequence })
        break
      }
      case 'SendToDriver':
        this.#drivers.get(action.connection)?.send(action.message)
        break
      case 'WelcomeDriver':
        this.#welcomeApplication(action)
        break
      case 'CloseConnection':
        this.#linkOf(action.connection)?.close(action.code, action.reason.slice(0, 120))
        break
      case 'Note':
        this.#options.log[action.level](action.text, action.fields)
        break
      case 'WriteJournal':
        break
    }
  }

  #linkOf(connection: ConnectionId): WorkerLink | DriverLink | undefined {
    return this.#workers.get(connection) ?? this.#drivers.get(connection)
  }

  #welcomeApplication(action: Extract<MasterAction, { type: 'WelcomeDriver' }>): void {
    const { applicationId, epoch, executorsShare } = action
    const ticket = applicationTicket(this.#options.secrets.current, applicationId)
    this.#drivers
      .get(action.connection)
      ?.send({ type: 'applicationRegistered', applicationId, epoch, ticket, executorsShare })
  }

  #isTicketOf(applicationId: ApplicationId | undefined, ticket: string | undefined): boolean {
    if (applicationId === undefined || ticket === undefined) return false
    const { accepted } = this.#options.secrets
    return accepted.some(secret => tokenMatches(applicationTicket(secret, applicationId), ticket))
  }

  /** `app-20261121174300-4f2a91c0`: the time for people, chance so that no two are alike. */
  #freshApplicationId(): ApplicationId {
    const time = new Date(this.#env.clock.wallTime()).toISOString().replace(/[-:T]|\..*/g, '')
    const chance = Buffer.from(this.#env.random.bytes(4)).toString('hex')
    return applicationId(`app-${time}-${chance}`)
  }

  async #stepDown(error: Error): Promise<void> {
    if (this.#isClosed) return
    this.#options.log.error('steps down', { error })
    await this.close()
    this.#options.onStepDown(error)
  }
}
