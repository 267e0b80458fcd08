import { rm } from 'node:fs/promises'
import { settingsFrom } from '#config'
import {
  type DaemonControl,
  daemonName,
  daemonWorld,
  ExitCode,
  endWithParent,
  healthBody,
  type MasterDaemonOptions,
  parseMasterOptions,
  type RunningDaemon,
  runDaemon,
} from '#publib/cli'
import type { Clock } from '#publib/env'
import type { OwnedLogger } from '#publib/log'
import { describePlace } from '#publib/transport'
import { defaultRules, type MasterRules } from './cluster.ts'
import { Master } from './master.ts'
import type { MasterStatus } from './status.ts'

/** The master daemon: `process.argv[2]` holds its options as the command line resolved them. */
const options = parseMasterOptions(process.argv[2])
/** Less than a daemon has for its end. */
const WORKERS_GONE_MS = 7_000
let log: OwnedLogger | undefined

void runDaemon(options, start, {
  onFault: error => log?.error('bug', { error }),
  onNotice: text => log?.info(text),
})

async function start(control: DaemonControl): Promise<RunningDaemon> {
  let isParentGone = false
  endWithParent(control, () => {
    isParentGone = true
  })
  const settings = settingsFrom(options.settings)
  const world = await daemonWorld(options, {
    level: settings.get('simspark.log.level'),
    fileBytesMax: settings.get('simspark.log.maxSize'),
    filesMax: settings.get('simspark.log.maxFiles'),
  })
  log = world.log
  const { host, port, stateDir } = options
  const master = await Master.start(world.env, {
    ...{ host, port, stateDir, name: daemonName('master', options.instance) },
    ...{ exposure: world.exposure, secrets: world.secrets, log: world.log },
    ...{ rules: rulesOf(options), health },
    onStepDown: error => void stepDown(world.log, error),
  })
  const url = `simspark://${describePlace(master.address)}`
  world.log.info('master is ready', { url, epoch: master.epoch })
  const close = async (reason: string): Promise<void> => {
    world.log.info('master stops', { reason })
    if (isParentGone) await workersGone(world.env.clock, master)
    await master.close()
    await world.log.close()
    if (isParentGone) await deleteFolder()
  }
  return { address: master.address, url, epoch: master.epoch, close }
}

function rulesOf({ settings, acceptDataLoss }: MasterDaemonOptions): MasterRules {
  const all = settingsFrom(settings)
  return {
    ...defaultRules,
    suspectMs: all.get('simspark.network.suspectTimeout'),
    downMs: all.get('simspark.network.timeout'),
    leaseMs: all.get('simspark.network.leaseTimeout'),
    placement: all.get('simspark.deploy.spreadOut') ? 'spread' : 'pack',
    launchFailuresMax: all.get('simspark.deploy.maxExecutorRetries'),
    endedMax: all.get('simspark.deploy.retainedApplications'),
    acceptsDataLoss: acceptDataLoss ?? false,
  }
}

function health(status: MasterStatus): string {
  const { epoch, workers, applications, cores, coresBusy } = status
  const count = (state: string): number => workers.filter(one => one.state === state).length
  const details = {
    ...{ status: status.state, workers: count('ALIVE'), workersSuspect: count('SUSPECT') },
    ...{ applications: applications.length, cores, coresBusy },
  }
  return healthBody({ role: 'master', epoch, state: 'ready', details })
}

/** The workers of a local cluster lose the same parent: what they write must not come after its deletion. */
async function workersGone(clock: Clock, master: Master): Promise<void> {
  const deadlineMs = clock.now() + WORKERS_GONE_MS
  while (clock.now() < deadlineMs) {
    if (master.status().workers.every(({ state }) => state === 'DOWN')) return
    await new Promise<void>(resolve => {
      clock.after(50, resolve, { keepAlive: true })
    })
  }
}

async function deleteFolder(): Promise<void> {
  if (options.deleteWithParent === undefined) return
  await rm(options.deleteWithParent, { recursive: true, force: true, maxRetries: 10 })
}

/** What it would promise it could not keep: it ends by name, and says so where its starter looks. */
async function stepDown(logger: OwnedLogger, error: Error): Promise<void> {
  process.stderr.write(`${error.message}\n`)
  await logger.close()
  process.exit(ExitCode.environment)
}
