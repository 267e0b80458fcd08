import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { ownIdentity, type ProcessIdentity } from '#publib/env'
import { v } from '#publib/schema'
import { packageVersion } from '#publib/transport'
import { textOf } from '#publib/util'
import { type DaemonOptions, daemonName, type Role } from './daemon-contract.ts'
import { errnoOf, exitCodeOf } from './exit-codes.ts'
import { checkPrivateFolder, readPrivateFile, writePrivateFile } from './private-files.ts'

const address = v.object({ host: v.string(), port: v.number() })
const daemonState = v.object({
  role: v.picklist(['master', 'worker']),
  instance: v.number(),
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  startTime: v.string(),
  bootId: v.string(),
  startId: v.string(),
  address,
  url: v.string(),
  tls: v.optional(v.object({ caFile: v.string() })),
  version: v.string(),
  epoch: v.number(),
  /** Milliseconds since 1970. */
  startedAt: v.number(),
  logFile: v.string(),
  secretFile: v.string(),
})
/** What a running daemon says of itself in its state folder. */
export type DaemonState = v.InferOutput<typeof daemonState>

/** One start of one daemon. */
export type StartOf = Pick<DaemonOptions, 'role' | 'instance' | 'startId'>

const daemonFailure = v.object({ code: v.string(), message: v.string(), exitCode: v.number() })
/** Why a daemon did not start. */
export type DaemonFailure = v.InferOutput<typeof daemonFailure>

const processIdentity = v.object({ pid: v.number(), startTime: v.string(), bootId: v.string() })

/** Says which process starts: the CLI that waits for it sees when it dies. */
export function announceStarting(options: DaemonOptions): void {
  const path = startingPath(options.stateDir, options)
  writePrivateFile(path, `${JSON.stringify(ownIdentity())}\n`)
}

/** The process that said that it starts; undefined before and after that. */
export function readStarting(stateDir: string, start: StartOf): ProcessIdentity | undefined {
  return parsedFile(startingPath(stateDir, start), processIdentity)
}

/** Forgets a start that came to an end without saying so. */
export function forgetStarting(stateDir: string, start: StartOf): void {
  rmSync(startingPath(stateDir, start), { force: true })
}

/** Says that the daemon's ports answer. */
export function announceReady(
  options: DaemonOptions,
  ready: { address: { host: string; port: number }; url: string; epoch: number },
): void {
  const { role, instance, startId, logFile, secretFile } = options
  const state: DaemonState = {
    ...{ role, instance, startId, logFile, secretFile },
    ...ownIdentity(),
    ...{ address: ready.address, url: ready.url, epoch: ready.epoch },
    ...(options.tls === undefined ? {} : { tls: { caFile: options.tls.caFile } }),
    ...{ version: packageVersion(), startedAt: Date.now() },
  }
  writePrivateFile(statePath(options.stateDir, role, instance), `${JSON.stringify(state)}\n`)
  forgetStarting(options.stateDir, options)
}

/** Takes back what `announceReady` said: the daemon has stopped cleanly. */
export function withdrawReady(options: DaemonOptions): void {
  rmSync(statePath(options.stateDir, options.role, options.instance), { force: true })
}

/** Says why the daemon cannot start; the CLI that waits for it shows the message and ends with the code. */
export function announceFailure(options: DaemonOptions, error: unknown, exitCode?: number): void {
  const code = error instanceof Error ? ((error as { code?: unknown }).code ?? error.name) : 'ERROR'
  const failure: DaemonFailure = {
    code: String(code),
    message: textOf(error),
    exitCode: exitCode ?? exitCodeOf(error),
  }
  writePrivateFile(failurePath(options.stateDir, options), `${JSON.stringify(failure)}\n`)
  forgetStarting(options.stateDir, options)
}

/** What the daemon with this name last said of itself; undefined where it said nothing. */
export function readDaemonState(
  stateDir: string,
  role: Role,
  instance: number,
): DaemonState | undefined {
  if (!checkPrivateFolder(stateDir, { create: false })) return undefined
  return parsedFile(statePath(stateDir, role, instance), daemonState)
}

/** Reads, and takes away, why one start failed. */
export function takeDaemonFailure(stateDir: string, start: StartOf): DaemonFailure | undefined {
  const path = failurePath(stateDir, start)
  const failure = parsedFile(path, daemonFailure)
  if (failure !== undefined) rmSync(path, { force: true })
  return failure
}

export function statePath(stateDir: string, role: Role, instance: number): string {
  return join(stateDir, `${daemonName(role, instance)}.json`)
}

function failurePath(stateDir: string, start: StartOf): string {
  const name = daemonName(start.role, start.instance)
  return join(stateDir, `${name}.${start.startId}.failed.json`)
}

function startingPath(stateDir: string, start: StartOf): string {
  const name = daemonName(start.role, start.instance)
  return join(stateDir, `${name}.${start.startId}.starting.json`)
}

/** What a file of ours says; what is half-written or damaged says nothing. */
function parsedFile<S extends v.GenericSchema>(
  path: string,
  schema: S,
): v.InferOutput<S> | undefined {
  const text = readPrivateFile(path)
  if (text === undefined) return undefined
  try {
    const parsed = v.safeParse(schema, JSON.parse(text))
    return parsed.success ? parsed.output : undefined
  } catch (error) {
    if (errnoOf(error) !== undefined) throw error
    return undefined
  }
}
