import type { Address, Cancellable, Env, HttpAnswer, HttpRequest, Listener } from '#publib/env'
import {
  fromMasterToWorker,
  MASTER_PATHS,
  type MasterToWorker,
  type WorkerToMaster,
} from '#publib/protocol'
import { applicationTicket, credentialsOf, openPort, roleToken } from '#publib/security'
import { LastingConnection } from '#publib/transport'
import type { HostId, MasterEpoch } from '#publib/util'
import type { RunningBlockService } from './block-service/index.ts'
import type { HostDescription, WorkerAction, WorkerEvent } from './events.ts'
import { FirstRegistration } from './first-registration.ts'
import { environmentOf, HostProcess } from './host-process.ts'
import { nextIdentity, writeIdentity } from './identity.ts'
import { answerRequest, rolesAt, stillStarting } from './ports.ts'
import type { WorkerIdentity } from './site.ts'
import { WorkerState } from './state.ts'
import { WorkFolder } from './work-folder.ts'
import type { WorkerOptions } from './worker-options.ts'

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
  #state: WorkerState | undefined
  #link!: LastingConnection<MasterToWorker, WorkerToMaster>
  #sweep: Cancellable | undefined
  #sweptMs = 0
  #isPerforming = false
  #isClosed = false
  #hasEnded = false
  #whenOver: (() => void) | undefined
  #firstRegistration: FirstRegistration | undefined

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
    return this.#state!.epoch
  }

  status(): ReturnType<WorkerState['status']> {
    return this.#state!.status()
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
    const place = {
      ...{ version, host: this.#advertisedHost, port: this.#listener.address.port },
      blockPort: this.#blocks.port,
    }
    this.#state = new WorkerState(rules, this.#identity, place)
    this.#sweptMs = this.#env.clock.now()
    this.#sweep = this.#env.clock.every(SWEEP_MS, () => this.#onSweep())
  }

  #answer(request: HttpRequest): HttpAnswer {
    if (this.#state === undefined) return stillStarting
    const { health } = this.#options
    const status = () => this.status()
    return answerRequest(request, { status, health, drain: () => this.drain() })
  }

  /** By which others reach this worker, its hosts and its blocks. */
  get #advertisedHost(): string {
    return this.#options.advertisedHost ?? this.#listener.address.host
  }

  async #register(): Promise<void> {
    const { masters, secrets, ca, connectMs, backoff, registerMs } = this.#options
    const first = new FirstRegistration(this.#env.clock, registerMs)
    this.#firstRegistration = first
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
        onClose: (code, reason) => {
          this.#happened({ type: 'MasterDisconnected', code, reason })
          first.closed(this.#link.place, code, reason)
        },
        onFailure: error => {
          this.#options.log.warn('cannot reach the master', { error })
          first.failed(error)
        },
      },
    )
    this.#link.dial()
    await first.done
  }

  #onSweep(): void {
    const nowMs = this.#env.clock.now()
    const latenessMs = Math.max(0, nowMs - this.#sweptMs - SWEEP_MS)
    this.#sweptMs = nowMs
    const residentBytes = this.#options.residentBytes()
    this.#happened({ type: 'Swept', latenessMs, residentBytes })
  }

  #happened(event: WorkerEvent): void {
    if (this.#isClosed || this.#state === undefined) return
    this.#outbox.push(...this.#state.handle(event, this.#env.clock.now()))
    if (!this.#isPerforming) void this.#performAll()
  }

  /** In order: what comes after a change of identity waits until that is on disk. */
  async #performAll(): Promise<void> {
    this.#isPerforming = true
    for (let action = this.#outbox.shift(); action; action = this.#outbox.shift()) {
      if (action.type === 'RememberIdentity') await this.#remember(action)
      else if (action.type === 'DeleteFiles')
        await this.#folder.delete(action.applicationId, action.what)
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
        this.#firstRegistration?.succeeded()
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
    const { log, secrets, exposure } = this.#options
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
        advertisedHost: this.#advertisedHost,
        ...{ blockPort: this.#blocks.port, folder: files.folder },
        ...(exposure.tls === undefined ? {} : { tls: hostTls(exposure.tls, this.#options.ca) }),
      },
      environmentOf(this.#options.hostEnvironment, description.hostSettings.environment),
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
