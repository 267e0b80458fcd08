import { bootId, isAlive, type ProcessFacts, processFacts } from '#publib/env'
import { readSecretFile, roleToken } from '#publib/security'
import { textOf } from '#publib/util'
import {
  daemonName,
  HEALTH_PATH,
  type HealthAnswer,
  parseHealth,
  type Role,
} from './daemon-contract.ts'
import { type DaemonState, readDaemonState } from './daemon-files.ts'
import { CliError, ExitCode, StatusCode } from './exit-codes.ts'
import { askDaemon } from './http.ts'
import { isLockHeld } from './state-lock.ts'

/** Names one daemon: where its state lies, and which of several. */
export interface DaemonPlace {
  readonly role: Role
  readonly instance: number
  readonly stateDir: string
}

export type DaemonStatus =
  | { readonly kind: 'running'; readonly state: DaemonState; readonly health: HealthAnswer }
  /** Its process is there, its port gives no answer, or one that is not its own. */
  | {
      readonly kind: 'silent'
      readonly state: DaemonState
      readonly facts: ProcessFacts
      readonly why: string
    }
  /** Its state file is there, its process is not. */
  | { readonly kind: 'dead'; readonly state: DaemonState }
  /** The number in its state file is now that of another process. */
  | { readonly kind: 'foreign'; readonly state: DaemonState; readonly facts: ProcessFacts }
  /** It holds its lock and has not said that it is ready. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'notRunning' }

const HEALTH_TIMEOUT_MS = 2000

/** What a daemon does now: its state file is only believed as far as process and port bear it out. */
export async function daemonStatus(place: DaemonPlace): Promise<DaemonStatus> {
  const { role, instance, stateDir } = place
  const state = readDaemonState(stateDir, role, instance)
  if (state === undefined) {
    const isHeld = await isLockHeld(stateDir, daemonName(role, instance))
    return { kind: isHeld ? 'starting' : 'notRunning' }
  }
  const facts = state.bootId === bootId() ? processFacts(state.pid) : undefined
  if (facts === undefined) return { kind: 'dead', state }
  if (!isAlive(state)) return { kind: 'foreign', state, facts }
  const health = await healthOf(state)
  if (typeof health !== 'string') return { kind: 'running', state, health }
  // It may have ended while it was asked.
  if (!isAlive(state)) return daemonStatus(place)
  return { kind: 'silent', state, facts: processFacts(state.pid) ?? facts, why: health }
}

/** What a running daemon says of itself, or why that is not to be had. */
async function healthOf(state: DaemonState): Promise<HealthAnswer | string> {
  try {
    const { current } = await readSecretFile(state.secretFile)
    const reply = await askDaemon({
      ...{ method: 'GET', ...state.address, path: HEALTH_PATH, timeoutMs: HEALTH_TIMEOUT_MS },
      token: roleToken(current, 'viewer'),
      caFile: state.tls?.caFile,
    })
    const health = parseHealth(reply.body)
    if (reply.status === 401 || reply.status === 403) return `refuses our secret (${reply.status})`
    if (reply.status !== 200 || health === undefined) return `answers HTTP ${reply.status}`
    if (health.pid !== state.pid) return `is answered for by another process, ${health.pid}`
    return health
  } catch (error) {
    return `does not answer: ${textOf(error)}`
  }
}

/** The exit code of `status`. */
export function statusCode(status: DaemonStatus): number {
  switch (status.kind) {
    case 'running':
      return StatusCode.running
    case 'silent':
    case 'starting':
      return StatusCode.silent
    case 'dead':
    case 'foreign':
      return StatusCode.dead
    case 'notRunning':
      return StatusCode.notRunning
  }
}

/** A status in one line. */
export function describeStatus(place: DaemonPlace, status: DaemonStatus): string {
  const name = daemonName(place.role, place.instance)
  switch (status.kind) {
    case 'running': {
      const { pid, url, startedAt } = status.state
      const draining = status.health.state === 'draining' ? ', draining' : ''
      return `${name} running, pid ${pid} since ${new Date(startedAt).toISOString()} at ${url}${draining}`
    }
    case 'silent': {
      const { url, pid } = status.state
      return `${name} at ${url} does not answer (process ${pid} exists, state ${status.facts.state}; it ${status.why})`
    }
    case 'dead':
      return `${name} is dead: pid ${status.state.pid} is gone, its state file is there`
    case 'foreign':
      return `${name} is dead: ${describeForeign(status)}`
    case 'starting':
      return `${name} is starting or stopping`
    case 'notRunning':
      return `${name} is not running`
  }
}

export function describeForeign(status: DaemonStatus & { kind: 'foreign' }): string {
  const { pid } = status.state
  return `stale pid file (pid ${pid} is ${JSON.stringify(status.facts.name)}, not simSpark)`
}

/** Thrown where a state file points at a process that is none of ours. */
export function foreignProcess(status: DaemonStatus & { kind: 'foreign' }): CliError {
  return new CliError(ExitCode.refused, describeForeign(status))
}
