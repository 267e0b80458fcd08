import { join } from 'node:path'
import { settingsFrom } from '#config'
import {
  type DaemonControl,
  daemonName,
  daemonWorld,
  endWithParent,
  healthBody,
  parseWorkerOptions,
  type RunningDaemon,
  runDaemon,
  type WorkerDaemonOptions,
} from '#publib/cli'
import { passedEnvironment } from '#publib/env'
import type { OwnedLogger } from '#publib/log'
import { describePlace, packageVersion } from '#publib/transport'
import { startBlockThread } from './block-service/index.ts'
import { defaultWorkerRules, type WorkerRules } from './site.ts'
import type { WorkerState } from './state.ts'
import { Worker } from './worker.ts'

/** The worker daemon: `process.argv[2]` holds its options as the command line resolved them. */
const options = parseWorkerOptions(process.argv[2])
const settings = settingsFrom(options.settings)
/** A first master that is just starting is waited for so long. */
const REGISTER_MS = 4_000
let log: OwnedLogger | undefined

void runDaemon(options, start, {
  onFault: error => log?.error('bug', { error }),
  onNotice: text => log?.info(text),
})

async function start(control: DaemonControl): Promise<RunningDaemon> {
  endWithParent(control)
  const world = await daemonWorld(options, {
    level: settings.get('simspark.log.level'),
    fileBytesMax: settings.get('simspark.log.maxSize'),
    filesMax: settings.get('simspark.log.maxFiles'),
  })
  log = world.log
  const name = daemonName('worker', options.instance)
  const { host, port, masters, workDir, stateDir } = options
  const worker = await Worker.start(world.env, {
    ...{ host, port, masters, workDir, identityPath: join(stateDir, `${name}.identity`) },
    ...{ exposure: world.exposure, secrets: world.secrets, ca: world.ca, log: world.log },
    ...{ version: packageVersion(), rules: rulesOf(options), health, registerMs: REGISTER_MS },
    connectMs: settings.get('simspark.network.connectTimeout'),
    backoff: {
      firstMs: settings.get('simspark.network.reconnectMin'),
      maxMs: settings.get('simspark.network.reconnectMax'),
    },
    hostEnvironment: passedEnvironment(process.env),
    startBlocks: (blocks, onEnd) => startBlockThread(world.env.threads, blocks, onEnd),
    residentBytes: () => process.memoryUsage.rss(),
    onEnd: (reason, isFault) => {
      world.log[isFault ? 'error' : 'info']('worker ends', { reason })
      control.stop(reason)
    },
  })
  const url = `http://${describePlace(worker.address)}`
  world.log.info('worker is ready', { url, epoch: worker.epoch })
  const close = async (reason: string): Promise<void> => {
    world.log.info('worker stops', { reason })
    await worker.close(reason)
    await world.log.close()
  }
  return { address: worker.address, url, epoch: worker.epoch, close }
}

function rulesOf({ cores, memoryBytes }: WorkerDaemonOptions): WorkerRules {
  return {
    ...defaultWorkerRules,
    cores,
    memoryMiB: Math.floor(memoryBytes / 2 ** 20),
    beatMs: settings.get('simspark.network.heartbeatInterval'),
    answerMs: settings.get('simspark.network.pingTimeout'),
  }
}

function health(status: ReturnType<WorkerState['status']>): string {
  const { workerId, incarnation, cores, coresBusy, isDraining, isRegistered } = status
  const details = {
    ...{ workerId, incarnation, cores, coresBusy, isRegistered },
    hosts: status.hosts.length,
  }
  const state = isDraining ? 'draining' : 'ready'
  return healthBody({ role: 'worker', epoch: status.epochSeen, state, details })
}
