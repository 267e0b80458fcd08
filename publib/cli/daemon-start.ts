import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, openSync, readSync, renameSync, statSync } from 'node:fs'
import { isAlive, startDaemon } from '#publib/env'
import { type DaemonOptions, daemonName } from './daemon-contract.ts'
import { daemonEnvironment } from './daemon-environment.ts'
import { forgetStarting, readStarting, takeDaemonFailure } from './daemon-files.ts'
import { type DaemonStatus, daemonStatus } from './daemon-status.ts'
import { CliError, ExitCode } from './exit-codes.ts'
import { ALREADY_RUNNING } from './run-daemon.ts'
import { takeLock } from './state-lock.ts'
import { safeText } from './terminal.ts'

/** What is started. */
export interface StartRequest {
  /** Path of a compiled module below dist/, as `master/main.js`. */
  readonly entry: string
  /** Without a `startId`, which each start gets anew. */
  readonly options: DaemonOptions
  /** Where the daemon's stdout and stderr go. */
  readonly outputPath: string
  readonly timeoutMs: number
}

export interface Started {
  readonly status: DaemonStatus & { kind: 'running' }
  /** Whether it ran before, or another command has started it. */
  readonly wasRunning: boolean
}

const POLL_MS = 25
const LAST_LINES = 20

/** Starts a daemon and returns when its port answers. Of many that start it at once, one does. */
export async function startAndWait(request: StartRequest): Promise<Started> {
  const { options } = request
  const deadline = performance.now() + request.timeoutMs
  const lockName = `${daemonName(options.role, options.instance)}.start`
  for (;;) {
    const status = await daemonStatus(options)
    if (status.kind === 'running') return { status, wasRunning: true }
    const lock = await takeLock(options.stateDir, lockName)
    if (lock !== undefined) {
      try {
        return await startAlone(request, deadline)
      } finally {
        await lock.release()
      }
    }
    if (performance.now() > deadline) throw tooLate(request, 'another command is starting it')
    await pause(POLL_MS * 4)
  }
}

async function startAlone(request: StartRequest, deadline: number): Promise<Started> {
  const before = await settled(request, deadline)
  if (before.kind === 'running') return { status: before, wasRunning: true }
  const startId = randomBytes(8).toString('hex')
  const options = { ...request.options, startId }
  setAside(request.outputPath)
  await startDaemon({
    entry: request.entry,
    arguments: [JSON.stringify(options)],
    env: daemonEnvironment(),
    outputPath: request.outputPath,
  })
  return watch({ ...request, options }, deadline)
}

/** A daemon that is just starting or stopping, or does not answer, is given until the deadline. */
async function settled(request: StartRequest, deadline: number): Promise<DaemonStatus> {
  for (;;) {
    const status = await daemonStatus(request.options)
    if (status.kind !== 'starting' && status.kind !== 'silent') return status
    if (performance.now() > deadline) {
      const why =
        status.kind === 'silent' ? `pid ${status.state.pid} ${status.why}` : 'it is stopping'
      throw tooLate(request, why)
    }
    await pause(POLL_MS * 4)
  }
}

async function watch(request: StartRequest, deadline: number): Promise<Started> {
  const { options } = request
  for (;;) {
    const failure = takeDaemonFailure(options.stateDir, options)
    if (failure !== undefined && failure.exitCode !== ALREADY_RUNNING) {
      throw new CliError(exitCode(failure.exitCode), withLastLines(request, failure.message))
    }
    const status = await daemonStatus(options)
    if (status.kind === 'running') {
      return { status, wasRunning: status.state.startId !== options.startId }
    }
    const starting = readStarting(options.stateDir, options)
    if (starting !== undefined && !isAlive(starting)) return endedSilently(request)
    if (starting === undefined && crashedEarly(request)) return endedSilently(request)
    if (performance.now() > deadline) {
      if (starting !== undefined && isAlive(starting)) process.kill(starting.pid, 'SIGKILL')
      forgetStarting(options.stateDir, options)
      throw tooLate(request, 'its port does not answer')
    }
    await pause(POLL_MS)
  }
}

/** It said nothing in its files; a last look, since it may have just said it. */
function endedSilently(request: StartRequest): never {
  const { options } = request
  const failure = takeDaemonFailure(options.stateDir, options)
  forgetStarting(options.stateDir, options)
  const code = failure === undefined ? ExitCode.failed : exitCode(failure.exitCode)
  throw new CliError(code, withLastLines(request, failure?.message ?? 'it ended at once'))
}

/** A main that cannot even be loaded takes no lock; Node says why on stderr, ending with its version. */
function crashedEarly(request: StartRequest): boolean {
  return /^Node\.js v\d+/m.test(lastLines(request.outputPath, LAST_LINES))
}

function tooLate(request: StartRequest, why: string): CliError {
  const seconds = request.timeoutMs / 1000
  const text = `not ready after ${seconds} s: ${why}`
  return new CliError(ExitCode.failed, withLastLines(request, text))
}

function withLastLines(request: StartRequest, why: string): string {
  const { role, instance, logFile } = request.options
  const said = [request.outputPath, logFile].flatMap(path => {
    const lines = lastLines(path, LAST_LINES)
    return lines === '' ? [] : [`last lines of ${path}:\n${lines}`]
  })
  return [`${daemonName(role, instance)} did not start: ${why}`, ...said].join('\n')
}

const TAIL_BYTES = 16 * 1024

/** The last lines of a file, control characters escaped; empty where there is none. */
export function lastLines(path: string, count: number): string {
  if (!existsSync(path)) return ''
  const fd = openSync(path, 'r')
  try {
    const { size } = statSync(path)
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES))
    const read = readSync(fd, bytes, 0, bytes.length, size - bytes.length)
    const lines = bytes.toString('utf8', 0, read).trimEnd().split('\n').slice(-count)
    return lines
      .map(line => safeText(line, 2000))
      .join('\n')
      .trimEnd()
  } finally {
    closeSync(fd)
  }
}

/** What the daemon before said is kept once. */
function setAside(path: string): void {
  if (existsSync(path) && statSync(path).size > 0) renameSync(path, `${path}.1`)
}

function exitCode(code: number): ExitCode {
  const known = Object.values(ExitCode).find(one => one === code)
  return known === undefined || known === ExitCode.ok ? ExitCode.failed : known
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, ms)
  })
}
