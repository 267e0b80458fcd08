import { userInfo } from 'node:os'
import { basename, extname } from 'node:path'
import {
  checkLocalDirs,
  type Resolved,
  readSchedulerPools,
  type Settings,
  SparkConf,
} from '#config'
import type { Verbosity } from './lazy-log.ts'
import { type MasterUrl, parseMasterUrl } from './master-url.ts'
import type { Scheduling } from './scheduler/pools.ts'

export interface SparkContextOptions {
  /** Default SIMSPARK_MASTER, else `local[*]`; `local[n,failures]`, `local-cluster[workers,cores,MiB]`, `simspark://host:port`. */
  master?: string
  /** Default: the name of the program's file. */
  appName?: string
  /** @throws UNKNOWN_SETTING, INVALID_SETTING */
  conf?: SparkConf | Settings
  /** Gives up connecting. */
  signal?: AbortSignal | undefined
}

/** What a context is to be, every source of settings looked at. */
export interface ContextPlan {
  readonly master: string
  readonly masterUrl: MasterUrl
  readonly appName: string
  readonly conf: SparkConf
  readonly settings: Resolved
  readonly signal: AbortSignal | undefined
  readonly sparkUser: string
  /** How jobs share executors. */
  readonly scheduling: Scheduling
  /** What the driver logs: warnings and worse, unless a setting says otherwise. */
  readonly verbosity: Verbosity
}

/** @throws INVALID_ARGUMENT, UNKNOWN_SETTING, INVALID_SETTING, PATH_REFUSED */
export function planContext(options: SparkContextOptions | SparkConf): ContextPlan {
  const given: SparkContextOptions = options instanceof SparkConf ? { conf: options } : options
  const conf =
    given.conf instanceof SparkConf ? given.conf.clone() : new SparkConf().setAll(given.conf ?? {})
  if (given.master !== undefined) conf.setMaster(given.master)
  if (given.appName !== undefined) conf.setAppName(given.appName)
  const settings = conf.resolve()
  checkLocalDirs(settings)
  const master = settings.get('simspark.master')
  const appName = settings.get('simspark.app.name') ?? nameOfProgram(process.argv[1])
  const masterUrl = parseMasterUrl(master)
  const { signal } = given
  const verbosity = settings.isSet('simspark.log.level')
    ? settings.get('simspark.log.level')
    : 'warn'
  const poolsFile = settings.get('simspark.scheduler.allocation.file')
  const pools = poolsFile === undefined ? [] : readSchedulerPools(poolsFile)
  const scheduling = { mode: settings.get('simspark.scheduler.mode'), pools }
  const what = { master, masterUrl, appName, conf, settings, scheduling }
  return { ...what, signal, sparkUser: nameOfUser(), verbosity }
}

/** `word-count` for `/home/ann/word-count.ts`. */
export function nameOfProgram(path: string | undefined): string {
  if (path === undefined || path === '') return 'simspark'
  return basename(path, extname(path))
}

/** The account that runs the program; an account without a name is known by its number. */
function nameOfUser(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}
