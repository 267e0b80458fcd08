import { v } from '#publib/schema'
import { packageVersion } from '#publib/transport'

/**
 * What the command line and the daemons agree on.
 *
 * The CLI resolves every option and setting to one plain object, which a daemon's main gets as JSON in `process.argv[2]`;
 * secrets never stand in it, only the path of the secret file. Once its ports answer, the daemon says so in
 * `<stateDir>/<name>.json`; when it cannot start, it says why in `<stateDir>/<name>.<startId>.failed.json` (daemon-files.ts).
 * It holds the lock `<name>` of the state folder for its life. `runDaemon` does all of this.
 */
const address = v.object({ host: v.string(), port: v.number() })
const settingValue = v.union([v.string(), v.number(), v.boolean(), v.array(v.string())])

const common = {
  /** 1 unless several of a role share a state folder. */
  instance: v.number(),
  /** Names this one start: the CLI tells its own daemon from another's by it. */
  startId: v.string(),
  /** Absolute, checked: ours, 0700, no link. */
  stateDir: v.string(),
  /** JSON lines of the daemon; rotated by the logger. */
  logFile: v.string(),
  /** Runs below the CLI, on its terminal. */
  foreground: v.boolean(),
  /** An IP literal, already resolved; what is bound is checked once more. */
  host: v.string(),
  /** 0: any free port. */
  port: v.number(),
  secretFile: v.string(),
  plaintextTrusted: v.boolean(),
  /** PEM files; without them plain. */
  tls: v.optional(v.object({ keyFile: v.string(), certFile: v.string(), caFile: v.string() })),
  /** Host names by which clients may call beside the bound address. */
  allowedHosts: v.array(v.string()),
  allowedOrigins: v.array(v.string()),
  /** Every setting that has a value, times in ms and sizes in bytes; `settingsFrom` of #config reads it. */
  settings: v.record(v.string(), settingValue),
}
const masterOptions = v.object({
  role: v.literal('master'),
  ...common,
  /** Goes on where the journal is damaged, or older than what workers have seen. */
  acceptDataLoss: v.optional(v.boolean()),
  /** Of a local cluster: deleted when the program that started it is gone without having done so. */
  deleteWithParent: v.optional(v.string()),
})
const workerOptions = v.object({
  role: v.literal('worker'),
  ...common,
  masters: v.array(address),
  /** Executors that it offers. */
  cores: v.number(),
  memoryBytes: v.number(),
  /** Absolute, checked; folders of applications are made below it. */
  workDir: v.string(),
})

export type Role = 'master' | 'worker'
export type MasterDaemonOptions = v.InferOutput<typeof masterOptions>
export type WorkerDaemonOptions = v.InferOutput<typeof workerOptions>
export type DaemonOptions = MasterDaemonOptions | WorkerDaemonOptions

/** The options in `process.argv[2]` of a daemon's main. */
export function parseMasterOptions(text: string | undefined): MasterDaemonOptions {
  return v.parse(masterOptions, JSON.parse(text ?? 'null'))
}

/** The options in `process.argv[2]` of a daemon's main. */
export function parseWorkerOptions(text: string | undefined): WorkerDaemonOptions {
  return v.parse(workerOptions, JSON.parse(text ?? 'null'))
}

/** The name of a daemon in file names: `master`, `worker`, `worker-2`. */
export function daemonName(role: Role, instance: number): string {
  return instance === 1 ? role : `${role}-${instance}`
}

/** Where a daemon answers `GET` with a `HealthAnswer`, behind the gate, for `roleToken(secret, 'viewer')` among others. */
export const HEALTH_PATH = '/healthz'
/**
 * `POST` to a worker with `roleToken(secret, 'worker')`: it takes no new executors and ends, by `control.stop`, when
 * those it has are gone. Answers 202.
 */
export const DRAIN_PATH = '/drain'

const healthAnswer = v.object({
  service: v.literal('simspark'),
  role: v.picklist(['master', 'worker']),
  pid: v.number(),
  version: v.string(),
  epoch: v.number(),
  /** A draining worker ends by itself. */
  state: v.picklist(['ready', 'draining']),
  /** Facts for `status`, such as counts of workers and applications. */
  details: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]))),
})
export type HealthAnswer = v.InferOutput<typeof healthAnswer>

/** The body of an answer at `HEALTH_PATH`. */
export function healthBody(answer: Omit<HealthAnswer, 'service' | 'pid' | 'version'>): string {
  const own = { service: 'simspark', pid: process.pid, version: packageVersion() } as const
  return JSON.stringify({ ...own, ...answer } satisfies HealthAnswer)
}

/** What a daemon of simSpark said at `HEALTH_PATH`; undefined for what anything else said. */
export function parseHealth(body: string): HealthAnswer | undefined {
  try {
    const parsed = v.safeParse(healthAnswer, JSON.parse(body))
    return parsed.success ? parsed.output : undefined
  } catch {
    return undefined
  }
}
