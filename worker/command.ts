import { join } from 'node:path'
import {
  daemonSettings,
  defaultStateDir,
  flagSettings,
  formatSize,
  loadSettings,
  type Resolved,
} from '#config'
import {
  CliError,
  checkMasters,
  checkPrivateFolder,
  type DaemonRole,
  daemonCommand,
  daemonName,
  daemonOptions,
  ExitCode,
  guardCommand,
  parseMasterUrl,
  runCommand,
  tell,
} from '#publib/cli'
import { defaultWorkerMemory, machineCores, machineMemory } from './machine.ts'

/** Options of the command line that stand for settings. */
const KEYS = {
  host: 'simspark.worker.host',
  port: 'simspark.worker.port',
  cores: 'simspark.worker.cores',
  memory: 'simspark.worker.memory',
  'work-dir': 'simspark.worker.dir',
  'secret-file': 'simspark.authenticate.secretFile',
  'log-dir': 'simspark.log.dir',
  'plaintext-network-is-trusted': 'simspark.network.plaintextTrusted',
}

const workerRole: DaemonRole = {
  role: 'worker',
  program: 'simspark-worker',
  description: 'A worker of a simSpark cluster: runs executors and serves their data.',
  entry: 'worker/main.js',
  argument: '<master-url>',
  options: [
    { flags: '-c, --cores <count>', description: 'executors to offer' },
    { flags: '-m, --memory <size>', description: 'memory to offer, as 4g' },
    { flags: '-d, --work-dir <folder>', description: "folder of applications' data", isPath: true },
  ],
  canDrain: true,
  defaultStateDir: () => defaultStateDir(process.env),
  async resolve(given, place) {
    const masters = parseMasterUrl(masterUrl(given.args))
    const { 'properties-file': file } = given.values
    const settings = loadSettings({
      ...(typeof file === 'string' ? { file } : {}),
      ...{ env: process.env, stateDir: place.stateDir },
      flags: flagSettings(given.values, KEYS),
    })
    for (const warning of settings.warnings) tell(`warning: ${warning}`)
    const memoryBytes = memoryOf(settings)
    const common = await daemonOptions({ ...place, ...daemonSettings(settings, 'worker') })
    const work = place.instance === 1 ? 'work' : `${daemonName('worker', place.instance)}-work`
    const workDir = settings.get('simspark.worker.dir') ?? join(place.stateDir, work)
    checkPrivateFolder(workDir, { create: true })
    const cores = settings.get('simspark.worker.cores') ?? machineCores()
    return { role: 'worker', ...common, masters, cores, memoryBytes, workDir }
  },
  async preflight(options) {
    if (options.role === 'worker') await checkMasters(options)
  },
}

function masterUrl(args: readonly string[]): string {
  const [url] = args
  if (url !== undefined) return url
  const text = 'no master is named and none was before; expected simspark://host:port'
  throw new CliError(ExitCode.usage, text)
}

function memoryOf(settings: Resolved): number {
  const key = 'simspark.worker.memory'
  const memory = settings.get(key)
  const total = machineMemory()
  if (memory === undefined) return defaultWorkerMemory(total)
  if (memory <= total) return memory
  const mib = formatSize(Math.floor(total / 2 ** 20) * 2 ** 20)
  const text = `${settings.source(key)}: ${key} is ${formatSize(memory)}, more than this machine has (${mib})`
  throw new CliError(ExitCode.usage, text)
}

/** `simspark-worker start|stop|restart|status|logs`. */
export async function main(args: readonly string[]): Promise<void> {
  guardCommand()
  process.exitCode = await runCommand(await daemonCommand(workerRole), args)
}
