import { daemonSettings, defaultStateDir, flagSettings, loadSettings } from '#config'
import {
  type DaemonRole,
  daemonCommand,
  daemonOptions,
  guardCommand,
  runCommand,
} from '#publib/cli'

/** The command line of the test daemon: what master and worker have, without their own settings. */
const role: DaemonRole = {
  role: 'master',
  program: 'test-daemon',
  description: 'A daemon for tests.',
  entry: 'test/support/contract-daemon.js',
  argument: '',
  options: [],
  canDrain: true,
  defaultStateDir: () => defaultStateDir(process.env),
  async resolve(given, place) {
    const settings = loadSettings({
      ...{ env: process.env, stateDir: place.stateDir },
      flags: flagSettings(given.values, { port: 'simspark.master.port' }),
    })
    const common = await daemonOptions({ ...place, ...daemonSettings(settings, 'master') })
    return { role: 'master', ...common }
  },
}

guardCommand()
process.exitCode = await runCommand(await daemonCommand(role), process.argv.slice(2))
