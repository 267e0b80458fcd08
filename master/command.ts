import { daemonSettings, defaultStateDir, flagSettings, loadSettings } from '#config'
import {
  type DaemonRole,
  daemonCommand,
  daemonOptions,
  guardCommand,
  runCommand,
  tell,
} from '#publib/cli'

/** Options of the command line that stand for settings. */
const KEYS = {
  host: 'simspark.master.host',
  port: 'simspark.master.port',
  'secret-file': 'simspark.authenticate.secretFile',
  'log-dir': 'simspark.log.dir',
  'plaintext-network-is-trusted': 'simspark.network.plaintextTrusted',
}

const masterRole: DaemonRole = {
  role: 'master',
  program: 'simspark-master',
  description: 'The master of a simSpark cluster: gives executors of workers to applications.',
  entry: 'master/main.js',
  argument: '',
  options: [
    {
      flags: '--accept-data-loss',
      description: 'start although a record of the journal is damaged',
      isSwitch: true,
      isOnce: true,
    },
  ],
  canDrain: false,
  defaultStateDir: () => defaultStateDir(process.env),
  async resolve(given, place) {
    const { 'properties-file': file, 'accept-data-loss': acceptDataLoss } = given.values
    const settings = loadSettings({
      ...(typeof file === 'string' ? { file } : {}),
      ...{ env: process.env, stateDir: place.stateDir },
      flags: flagSettings(given.values, KEYS),
    })
    for (const warning of settings.warnings) tell(`warning: ${warning}`)
    const common = await daemonOptions({ ...place, ...daemonSettings(settings, 'master') })
    return { role: 'master', ...common, acceptDataLoss: acceptDataLoss === true }
  },
}

/** `simspark-master start|stop|restart|status|logs`. */
export async function main(args: readonly string[]): Promise<void> {
  guardCommand()
  process.exitCode = await runCommand(await daemonCommand(masterRole), args)
}
