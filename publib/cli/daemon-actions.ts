import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { constants } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { v } from '#publib/schema'
import { type DaemonOptions, daemonName } from './daemon-contract.ts'
import { daemonEnvironment } from './daemon-environment.ts'
import { readDaemonState, takeDaemonFailure } from './daemon-files.ts'
import { showLog } from './daemon-logs.ts'
import { logBase, outputPathOf } from './daemon-options.ts'
import { type DaemonRole, type GivenOptions, longName, rememberedPath } from './daemon-role.ts'
import { type Started, startAndWait } from './daemon-start.ts'
import {
  type DaemonPlace,
  type DaemonStatus,
  daemonStatus,
  describeStatus,
  statusCode,
} from './daemon-status.ts'
import { type Stopped, stopAndWait } from './daemon-stop.ts'
import { checkEnvironment, currentFolder, warnOfRoot } from './environment-check.ts'
import { CliError, ExitCode } from './exit-codes.ts'
import { checkPrivateFolder, readPrivateFile, writePrivateFile } from './private-files.ts'
import { print, tell } from './terminal.ts'

export interface StartAction {
  readonly foreground: boolean
  readonly json: boolean
  readonly allowRoot: boolean
  readonly timeoutMs: number
  readonly given: GivenOptions
}

/** Starts what does not run; where it runs already, says so and leaves it alone. */
export async function startAction(
  role: DaemonRole,
  place: DaemonPlace,
  action: StartAction,
): Promise<void> {
  checkPrivateFolder(place.stateDir, { create: true })
  const status = await daemonStatus(place)
  if (status.kind === 'running') return toldStarted({ status, wasRunning: true }, action, place)
  const options = await role.resolve(action.given, { ...place, foreground: action.foreground })
  await launch(role, options, action)
}

/** All is looked at before the running daemon is touched: what cannot start leaves it as it is. */
export async function restartAction(
  role: DaemonRole,
  place: DaemonPlace,
  action: StartAction,
): Promise<void> {
  checkPrivateFolder(place.stateDir, { create: true })
  const given = merged(remembered(place), action.given)
  const options = await role.resolve(given, { ...place, foreground: action.foreground })
  await role.preflight?.(options)
  toldStopped(await stopAndWait({ ...place, drain: false, timeoutMs: RESTART_STOP_MS }), place)
  await launch(role, options, { ...action, given })
}

const RESTART_STOP_MS = 15_000

async function launch(
  role: DaemonRole,
  options: DaemonOptions,
  action: StartAction,
): Promise<void> {
  warnOfRoot(action.allowRoot)
  checkEnvironment([options.stateDir])
  await role.preflight?.(options)
  // All paths are absolute by now; nothing can be started in a folder that has been deleted.
  if (currentFolder() === undefined) process.chdir('/')
  remember(role, options, action.given)
  if (action.foreground) {
    process.exitCode = await runInForeground(role, options)
    return
  }
  const outputPath = outputPathOf(options.logFile)
  const { entry } = role
  const started = await startAndWait({ entry, options, outputPath, timeoutMs: action.timeoutMs })
  toldStarted(started, action, options)
}

function toldStarted(
  { status, wasRunning }: Started,
  { json }: Pick<StartAction, 'json'>,
  place: DaemonPlace,
): void {
  const { pid, url, startedAt, logFile } = status.state
  const name = daemonName(place.role, place.instance)
  const since = new Date(startedAt).toISOString()
  if (wasRunning) tell(`${name} already running, pid ${pid} since ${since}`)
  else tell(`${name} started, pid ${pid}, log ${logFile}`)
  print(json ? JSON.stringify({ ...statusData(place, status), wasRunning }) : url)
}

/** The daemon as a child on this terminal; signals are passed on. */
async function runInForeground(role: DaemonRole, options: DaemonOptions): Promise<number> {
  const startId = randomBytes(8).toString('hex')
  const entry = fileURLToPath(new URL(`../../${role.entry}`, import.meta.url))
  const child = spawn(process.execPath, [entry, JSON.stringify({ ...options, startId })], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: daemonEnvironment(),
    cwd: '/',
  })
  const forward = (signal: NodeJS.Signals): void => {
    child.kill(signal)
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, forward)
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exit, signal) => {
      resolve(exit ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
  const failure = takeDaemonFailure(options.stateDir, { ...options, startId })
  if (failure === undefined) return code
  const name = daemonName(options.role, options.instance)
  tell(
    failure.exitCode < 0 ? `${name} already running` : `${name} did not start: ${failure.message}`,
  )
  return Math.max(failure.exitCode, 0)
}

/** Stops what runs; where nothing runs, says so. */
export async function stopAction(
  place: DaemonPlace,
  action: { drain: boolean; json: boolean; timeoutMs: number },
): Promise<void> {
  const stopped = await stopAndWait({ ...place, ...action })
  toldStopped(stopped, place)
  if (action.json) print(JSON.stringify(stopped))
}

function toldStopped(stopped: Stopped, place: DaemonPlace): void {
  const name = daemonName(place.role, place.instance)
  if (stopped.kind === 'stopped') {
    const how = stopped.killed ? ' with SIGKILL, it did not heed SIGTERM' : ''
    tell(`${name} stopped, pid ${stopped.pid}${how}`)
    return
  }
  const stale = stopped.stalePid === undefined ? '' : `; pid ${stopped.stalePid} had gone before`
  tell(`${name} is not running${stale}`)
}

/** Says how it is; the exit code says it too. */
export async function statusAction(place: DaemonPlace, json: boolean): Promise<void> {
  const status = await daemonStatus(place)
  print(json ? JSON.stringify(statusData(place, status)) : describeStatus(place, status))
  process.exitCode = statusCode(status)
}

/** A status as `--json` gives it. */
function statusData(place: DaemonPlace, status: DaemonStatus): Record<string, unknown> {
  const { role, instance, stateDir } = place
  const common = { role, instance, stateDir, status: status.kind }
  if (!('state' in status)) return common
  const { pid, url, version, epoch, startedAt, logFile } = status.state
  const state = { pid, url, version, epoch, startedAt, logFile }
  if (status.kind === 'running')
    return { ...common, ...state, details: status.health.details ?? {} }
  return status.kind === 'silent'
    ? { ...common, ...state, why: status.why }
    : { ...common, ...state }
}

export async function logsAction(
  place: DaemonPlace,
  action: { lines: number; follow: boolean },
): Promise<void> {
  const running = readDaemonState(place.stateDir, place.role, place.instance)?.logFile
  const standard = `${logBase(place, join(place.stateDir, 'logs'))}.log`
  const logFile = running ?? remembered(place)?.logFile ?? standard
  const abort = new AbortController()
  process.once('SIGINT', () => {
    process.exitCode = 130
    abort.abort()
  })
  await showLog({
    paths: [logFile, outputPathOf(logFile)],
    lines: action.lines,
    follow: action.follow ? abort.signal : undefined,
    write: text => process.stdout.write(text),
  })
}

const rememberedShape = v.object({
  values: v.record(v.string(), v.union([v.string(), v.boolean(), v.array(v.string())])),
  args: v.array(v.string()),
  logFile: v.string(),
})

function remember(role: DaemonRole, options: DaemonOptions, given: GivenOptions): void {
  const once = role.options.filter(row => row.isOnce === true).map(row => longName(row.flags))
  const lasting = Object.entries(given.values).filter(([name]) => !once.includes(name))
  const { logFile } = options
  const kept = { values: Object.fromEntries(lasting), args: given.args, logFile }
  writePrivateFile(rememberedPath(options), `${JSON.stringify(kept)}\n`)
}

function remembered(place: DaemonPlace): v.InferOutput<typeof rememberedShape> | undefined {
  const text = readPrivateFile(rememberedPath(place))
  if (text === undefined) return undefined
  try {
    return v.parse(rememberedShape, JSON.parse(text))
  } catch (error) {
    const path = rememberedPath(place)
    throw new CliError(ExitCode.environment, `${path} is damaged; stop, then start anew`, error)
  }
}

/** What is given now wins, option by option. */
function merged(before: GivenOptions | undefined, now: GivenOptions): GivenOptions {
  if (before === undefined) return now
  const args = now.args.length > 0 ? now.args : before.args
  return { values: { ...before.values, ...now.values }, args }
}
