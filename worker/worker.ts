import type { Address, Cancellable, Env, HttpAnswer, HttpRequest, Listener } from '#publib/env'
import type { Logger } from '#publib/log'
import {
  fromMasterToWorker,
  MASTER_PATHS,
  type MasterToWorker,
  type WorkerToMaster,
} from '#publib/protocol'
import {
  applicationTicket,
  type Exposure,
  openPort,
  roleToken,
  type Secrets,
} from '#publib/security'
import { LastingConnection } from '#publib/transport'
import type { ApplicationId, HostId, MasterEpoch, SimSparkError } from '#publib/util'
import type { BlockServiceOptions, RunningBlockService } from './block-service/index.ts'
import { notRegistered } from './errors.ts'
import type { HostDescription, WorkerAction, WorkerEvent } from './events.ts'
import { HostProcess } from './host-process.ts'
import { nextIdentity, writeIdentity } from './identity.ts'
import { credentialsOf, rolesAt } from './ports.ts'
import type { WorkerIdentity, WorkerRules } from './site.ts'
import { WorkerState } from './state.ts'
import { WorkFolder } from './work-folder.ts'

export interface WorkerOptions {
  readonly host: string
  readonly port: number
  /** By which others reach it; the bound address unless given. */
  readonly advertisedHost?: string | undefined
  readonly masters: readonly Address[]
  readonly exposure: Exposure
  readonly secrets: Secrets
  /** Trusted when dialling; undefined: plain. */
  readonly ca: string | undefined
  readonly version: string
  /** Who the worker is stands in this file. */
  readonly identityPath: string
  readonly workDir: string
  readonly rules: WorkerRules
  readonly leaseMs: number
  readonly connectMs: number
  readonly backoff: { readonly firstMs: number; readonly maxMs: number }
  /** A first master that cannot be reached is tried for so long. */
  readonly registerMs: number
  readonly hostEnvironment: Readonly<Record<string, string>>
  readonly startBlocks: (
    options: BlockServiceOptions,
    onEnd: (error: unknown) => void,
  ) => Promise<RunningBlockService>
  readonly residentBytes: () => number
  readonly log: Logger
  readonly health: (status: ReturnType<WorkerState['status']>) => string
  /** It has ended by itself: drained, replaced, or by a fault. */
  readonly onEnd: (reason: string, isFault: boolean) => void
}

const SWEEP_MS = 500
const MESSAGE_BYTES_MAX = 64 * 1024
const MASTER_MESSAGE_BYTES_MAX = 1024 * 1024

/** The shell of the worker: frames and exits become events, actions become frames and processes. Decides nothing. */
export class Worker {
  readonly #env: Env
  readonly #options: WorkerOptions
  readonly #folder: WorkFolder
  readonly #hosts = new Map<HostId, HostProcess>()
  readonly #outbox: WorkerAction[] = []
  #listener!: Listener
  #blocks!: RunningBlockService
  #identity!: WorkerIdentity
  #state!: WorkerState
  #link!: LastingConnection<MasterToWorker, WorkerToMaster>
  #sweep: Cancellable | undefined
  #sweptMs = 0
  #isPerforming = false
  #isClosed = false
  #hasEnded = false
  #whenOver: (() => void) | undefined
  #registering:
    | {
        readonly resolve: () => void
        readonly reject: (error: Error) => void
      }
    | undefined

  private constructor(env: Env, options: WorkerOptions, folder: WorkFolder) {
    this.#env = env
    this.#options = options
    this.#folder = folder
  }

  /** Resolves when its ports answer and a master has taken it in. */
  static async start(env: Env, options: WorkerOptions): Promise<Worker> {
    const identity = await nextIdentity(env, options.identityPath)
    const folder = new WorkFolder(env.files, options.workDir, options.log)
    await folder.sweep()
    const worker = new Worker(env, options, folder)
    worker.#identity = identity
    try {
      await worker.#open()
      await worker.#register()
      return worker
    } catch (error) {
      await worker.#closePorts()
      throw error
    }
  }

  get address(): Address {
    return this.#listener.address
  }

  get epoch(): MasterEpoch {
    return this.#state.epoch
  }

  status(): ReturnType<WorkerState['status']> {
    return this.#state.status()
  }

  drain(): void {
    this.#happened({ type: 'DrainRequested' })
  }

  /** Ends its hosts, deletes their files, says goodbye. */
  async close(reason: string): Promise<void> {
    if (this.#isClosed) return
    const over = new Promise<void>(resolve => {
      this.#whenOver = resolve
    })
    this.#happened({ type: 'StopRequested', reason })
    if (!this.#hasEnded) await over
    await this.#closePorts()
  }

  async #open(): Promise<void> {
    const { host, port, exposure, secrets, version, rules } = this.#options
    const credentials = credentialsOf(secrets)
    this.#listener = await openPort(this.#env.network, {
      ...{ host, port, exposure, rolesAt, messageBytesMax: MESSAGE_BYTES_MAX },
      nowMs: () => this.#env.clock.now(),
      credentials: () => credentials,
      onSocket: socket => socket.close(4404, 'no sockets here'),
      onRequest: request => this.#answer(request),
    })
    const root = this.#folder.path
    this.#blocks = await this.#options.startBlocks(
      { host, port: 0, exposure, secrets, root },
      error => this.#blocksEnded(error),
    )
    const advertised = this.#options.advertisedHost ?? this.#listener.address.host
    const place = {
      ...{ version, host: advertised, port: this.#listener.address.port },
      blockPort: this.#blocks.port,
    }
    this.#state = new WorkerState(rules, this.#identity, place)
    this.#sweptMs = this.#env.clock.now()
    this.#sweep = this.#env.clock.every(SWEEP_MS, () => this.#onSweep())
  }

  async #register(): Promise<void> {
    const { masters, secrets, ca, connectMs, backoff, registerMs } = this.#options
    this.#link = new LastingConnection(
      this.#env,
      {
        ...{ addresses: masters, path: MASTER_PATHS.worker, protocol: fromMasterToWorker },
        ...{ token: roleToken(secrets.current, 'worker'), ca, connectMs, backoff },
        ...{ messageBytesMax: MASTER_MESSAGE_BYTES_MAX, keepAlive: true },
      },
      {
        onOpen: () => this.#happened({ type: 'MasterConnected' }),
        onMessage: message => this.#happened({ type: 'MasterSpoke', message }),
        onClose: (code, reason) => this.#masterClosed(code, reason),
        onFailure: error => this.#dialFailed(error),
      },
    )
    const deadlineMs = this.#env.clock.now() + registerMs
    this.#isLate = () => this.#env.clock.now() >= deadlineMs
    await new Promise<void>((resolve, reject) => {
      this.#registering = { resolve, reject }
      this.#link.dial()
    })
  }

  #isLate: () => boolean = () => false

  #dialFailed(error: SimSparkError): void {
    this.#options.log.warn('cannot reach the master', { error })
    if (!error.retryable || this.#isLate()) this.#giveUp(error)
  }

  #masterClosed(code: number, reason: string): void {
    this.#happened({ type: 'MasterDisconnected', code, reason })
    // A first master that hangs up is given the same time as one that does not answer.
    if (this.#isLate())
      this.#giveUp(notRegistered(this.#link.place, reason || `closed with ${code}`))
  }

  #giveUp(error: Error): void {
    const registering = this.#registering
    this.#registering = undefined
    registering?.reject(error)
  }

  #answer(request: HttpRequest): HttpAnswer {
    const path = request.path.replace(/\?.*$/s, '')
    if (path === '/healthz' && request.method === 'GET') {
      return json(200, this.#options.health(this.status()))
    }
    if (path === '/json/' && request.method === 'GET') {
      return json(200, JSON.stringify(this.status()))
    }
    if (path === '/drain' && request.method === 'POST') {
      this.drain()
      return json(202, '{"draining":true}')
    }
    return json(405, '{"error":{"code":"METHOD_NOT_ALLOWED"}}')
  }

  #onSweep(): void {
    const nowMs = this.#env.clock.now()
    const latenessMs = Math.max(0, nowMs - this.#sweptMs - SWEEP_MS)
    this.#sweptMs = nowMs
    const residentBytes = this.#options.residentBytes()
    this.#happened({ type: 'Swept', latenessMs, residentBytes })
  }

  #happened(event: WorkerEvent): void {
    if (this.#isClosed) return
    this.#outbox.push(...this.#state.handle(event, this.#env.clock.now()))
    if (!this.#isPerforming) void this.#performAll()
  }

  /** In order: what comes after a change of identity waits until that is on disk. */
  async #performAll(): Promise<void> {
    this.#isPerforming = true
    for (let action = this.#outbox.shift(); action; action = this.#outbox.shift()) {
      if (action.type === 'RememberIdentity') await this.#remember(action)
      else if (action.type === 'DeleteFiles') await this.#deleteFiles(action)
      else this.#perform(action)
    }
    this.#isPerforming = false
  }

  #perform(
    action: Exclude<WorkerAction, { type: 'RememberIdentity' } | { type: 'DeleteFiles' }>,
  ): void {
    switch (action.type) {
      case 'SendToMaster':
        this.#link.send(action.message)
        break
      case 'CloseMaster':
        if (action.code === 1000) this.#link.close(action.code, action.reason)
        else this.#link.drop(action.code, action.reason)
        break
      case 'StartHost':
        this.#startHost(action.host)
        break
      case 'SendToHost':
        this.#hosts.get(action.hostId)?.send(action.message)
        break
      case 'SignalHost':
        this.#hosts.get(action.hostId)?.kill(action.signal)
        break
      case 'AnnounceRegistered':
        this.#link.settled()
        this.#registering?.resolve()
        this.#registering = undefined
        break
      case 'EndWorker':
        this.#ended(action.reason, action.isFault)
        break
      case 'Note':
        this.#options.log[action.level](action.text, action.fields)
        break
    }
  }

  #startHost(description: HostDescription): void {
    const { hostId, applicationId } = description
    const { log, secrets, leaseMs, exposure } = this.#options
    const files = this.#folder.filesOf(applicationId, hostId)
    const host = new HostProcess(this.#env, files, {
      onMessage: message => this.#happened({ type: 'HostSpoke', hostId, message }),
      onExit: (code, signal, output) => {
        this.#hosts.delete(hostId)
        this.#happened({ type: 'HostExited', hostId, code, signal, output })
      },
      onNonsense: () => log.warn('a host sent what is no message of a host', { hostId }),
    })
    this.#hosts.set(hostId, host)
    void host.start(
      {
        ...{ type: 'startHost', ...description, workerId: this.#identity.workerId },
        ticket: applicationTicket(secrets.current, applicationId),
        listenHost: this.#options.host,
        advertisedHost: this.#options.advertisedHost ?? this.#listener.address.host,
        ...{ blockPort: this.#blocks.port, folder: files.folder, leaseMs },
        ...(exposure.tls === undefined ? {} : { tls: hostTls(exposure.tls, this.#options.ca) }),
      },
      this.#options.hostEnvironment,
    )
  }

  async #remember(action: Extract<WorkerAction, { type: 'RememberIdentity' }>): Promise<void> {
    const { incarnation, epochSeen } = action
    this.#identity = { workerId: this.#identity.workerId, incarnation, epochSeen }
    try {
      await writeIdentity(this.#env.files, this.#options.identityPath, this.#identity)
    } catch (error) {
      // On a full disk it goes on: the worst is that a later life is told its number was used.
      this.#options.log.warn('cannot write the identity', { error })
    }
  }

  async #deleteFiles(action: {
    readonly applicationId: ApplicationId
    readonly what: 'all' | 'spill'
  }): Promise<void> {
    await this.#folder.delete(action.applicationId, action.what)
  }

  #blocksEnded(error: unknown): void {
    this.#options.log.error('the block service has ended', { error })
    const reason = 'its block service has ended'
    this.#options.onEnd(reason, true)
  }

  #ended(reason: string, isFault: boolean): void {
    this.#hasEnded = true
    if (this.#whenOver !== undefined) this.#whenOver()
    else this.#options.onEnd(reason, isFault)
  }

  async #closePorts(): Promise<void> {
    this.#isClosed = true
    this.#sweep?.cancel()
    this.#link?.close(1000, 'stopped')
    await this.#listener?.close()
    await this.#blocks?.close()
    await this.#folder.close()
  }
}

function hostTls(tls: { key: string; cert: string }, ca: string | undefined) {
  return { key: tls.key, cert: tls.cert, ca: ca ?? '' }
}

function json(status: number, body: string): HttpAnswer {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }
  return { status, headers, body }
}
