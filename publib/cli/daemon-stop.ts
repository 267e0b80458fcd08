import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { isAlive } from '#publib/env'
import { readSecretFile, roleToken } from '#publib/security'
import { DRAIN_PATH, daemonName } from './daemon-contract.ts'
import { type DaemonState, readDaemonState, statePath } from './daemon-files.ts'
import { type DaemonPlace, daemonStatus, foreignProcess } from './daemon-status.ts'
import { CliError, ExitCode, errnoOf } from './exit-codes.ts'
import { askDaemon } from './http.ts'
import { isLockHeld } from './state-lock.ts'

export interface StopRequest extends DaemonPlace {
  /** After so long SIGTERM becomes SIGKILL; with `drain` the wait is given up. */
  readonly timeoutMs: number
  /** Lets what runs come to its end. */
  readonly drain: boolean
}

/** How a stop went. */
export type Stopped =
  | { readonly kind: 'stopped'; readonly pid: number; readonly killed: boolean }
  | { readonly kind: 'wasNotRunning'; readonly stalePid: number | undefined }

const POLL_MS = 20
const KILL_WAIT_MS = 5000
const ASK_TIMEOUT_MS = 5000

/** Stops a daemon and returns when its process is gone and its name is free. Signals no process that is not it. */
export async function stopAndWait(request: StopRequest): Promise<Stopped> {
  const status = await daemonStatus(request)
  switch (status.kind) {
    case 'notRunning':
      return { kind: 'wasNotRunning', stalePid: undefined }
    case 'dead':
      forget(request, status.state)
      return { kind: 'wasNotRunning', stalePid: status.state.pid }
    case 'foreign':
      throw foreignProcess(status)
    case 'starting':
      return whileStarting(request)
    case 'silent':
      if (!isOurDaemon(status.state)) throw foreignProcess({ ...status, kind: 'foreign' })
      return end(request, status.state)
    case 'running':
      if (request.drain) await askToDrain(status.state)
      return end(request, status.state)
  }
}

async function whileStarting(request: StopRequest): Promise<Stopped> {
  const isSettled = async (): Promise<boolean> => (await daemonStatus(request)).kind !== 'starting'
  if (await waitUntil(isSettled, request.timeoutMs)) return stopAndWait(request)
  const name = daemonName(request.role, request.instance)
  throw new CliError(ExitCode.failed, `${name} is starting and says nothing; try again`)
}

async function end(request: StopRequest, state: DaemonState): Promise<Stopped> {
  const isGone = async (): Promise<boolean> => !isAlive(state)
  if (!request.drain) signal(state, 'SIGTERM')
  let killed = false
  if (!(await waitUntil(isGone, request.timeoutMs))) {
    if (request.drain) throw stillDraining(request, state)
    killed = true
    signal(state, 'SIGKILL')
    if (!(await waitUntil(isGone, KILL_WAIT_MS))) throw notGone(state)
  }
  const name = daemonName(request.role, request.instance)
  await waitUntil(async () => !(await isLockHeld(request.stateDir, name)), KILL_WAIT_MS)
  forget(request, state)
  return { kind: 'stopped', pid: state.pid, killed }
}

/** Takes the state file away if it still speaks of the process that is gone. */
function forget(place: DaemonPlace, state: DaemonState): void {
  const { stateDir, role, instance } = place
  const now = readDaemonState(stateDir, role, instance)
  if (now?.startId === state.startId) rmSync(statePath(stateDir, role, instance), { force: true })
}

function signal(state: DaemonState, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    // Looked at once more: the number may have gone to another process.
    if (isAlive(state)) process.kill(state.pid, name)
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error
  }
}

async function askToDrain(state: DaemonState): Promise<void> {
  const { current } = await readSecretFile(state.secretFile)
  const reply = await askDaemon({
    ...{ method: 'POST', ...state.address, path: DRAIN_PATH, timeoutMs: ASK_TIMEOUT_MS },
    token: roleToken(current, 'worker'),
    caFile: state.tls?.caFile,
  })
  if (reply.status === 202 || reply.status === 200) return
  throw new CliError(ExitCode.failed, `${state.url} did not begin to drain (HTTP ${reply.status})`)
}

/** Whether the command line of a process that gives no answer is the one that a start of ours gave it. */
function isOurDaemon(state: DaemonState): boolean {
  return commandLine(state.pid).includes(state.startId)
}

function commandLine(pid: number): string {
  if (process.platform !== 'linux') {
    return spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
      .stdout
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

async function waitUntil(holds: () => Promise<boolean>, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs
  while (!(await holds())) {
    if (performance.now() > deadline) return false
    await new Promise<void>(resolve => {
      setTimeout(resolve, POLL_MS)
    })
  }
  return true
}

function stillDraining(request: StopRequest, state: DaemonState): CliError {
  const seconds = request.timeoutMs / 1000
  const text = `pid ${state.pid} still runs tasks after ${seconds} s; it ends when they are done`
  return new CliError(ExitCode.failed, text)
}

function notGone(state: DaemonState): CliError {
  const text = `pid ${state.pid} is still there after SIGKILL; the system holds it (a disk that does not answer?)`
  return new CliError(ExitCode.environment, text)
}
