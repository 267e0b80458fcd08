import { isAbsolute, resolve } from 'node:path'
import {
  type Command,
  integerOption,
  newCommand,
  optionsOf,
  repeatedOption,
  subcommand,
  valueOption,
} from './command.ts'
import {
  logsAction,
  restartAction,
  type StartAction,
  startAction,
  statusAction,
  stopAction,
} from './daemon-actions.ts'
import { type DaemonRole, type GivenOptions, longName, type OptionRow } from './daemon-role.ts'
import type { DaemonPlace } from './daemon-status.ts'
import { requireCurrentFolder } from './environment-check.ts'

const commonOptions: readonly OptionRow[] = [
  { flags: '-H, --host <address>', description: 'address to listen on' },
  { flags: '-p, --port <port>', description: 'port to listen on, 0 for any free one' },
  { flags: '--secret-file <file>', description: 'file of the secret, mode 0600', isPath: true },
  { flags: '--properties-file <file>', description: 'settings: .conf, .json, .yaml', isPath: true },
  { flags: '--conf <key=value>', description: 'one setting; may be repeated', isRepeated: true },
  { flags: '--log-dir <folder>', description: 'folder of the logs', isPath: true },
  {
    flags: '--plaintext-network-is-trusted',
    description: 'listen beyond loopback without TLS',
    isSwitch: true,
  },
  { flags: '--allow-root', description: 'do not warn of running as root', isSwitch: true },
]
const START_TIMEOUT_S = '30'
const STOP_TIMEOUT_S = '15'

/** The command line of a daemon: start, stop, restart, status, logs. */
export async function daemonCommand(role: DaemonRole): Promise<Command> {
  const program = await newCommand(role.program, role.description)
  const rows = [...commonOptions, ...role.options]
  const start = placed(subcommand(program, `start ${role.argument}`.trim(), 'start the daemon'))
  startOptions(start, rows).action(() =>
    startAction(role, placeOf(role, start), { ...startOf(start), given: givenOf(start, rows) }),
  )
  const stop = placed(subcommand(program, 'stop', 'stop the daemon; returns when it is gone'))
  if (role.canDrain) stop.option('--drain', 'take no new work and wait for what runs')
  stop.option('--json', 'print JSON')
  valueOption(stop, '--timeout <seconds>', `SIGKILL after so long (${STOP_TIMEOUT_S})`)
  stop.action(() => stopAction(placeOf(role, stop), stopOf(stop)))
  const restart = placed(
    subcommand(
      program,
      `restart ${optional(role.argument)}`.trim(),
      'stop and start again with the options of the last start, and those given now',
    ),
  )
  startOptions(restart, rows).action(() =>
    restartAction(role, placeOf(role, restart), {
      ...startOf(restart),
      given: givenOf(restart, rows),
    }),
  )
  const status = placed(
    subcommand(program, 'status', 'ask the daemon: 0 running, 1 dead, 3 not running, 4 no answer'),
  )
  status.option('--json', 'print JSON')
  status.action(() => statusAction(placeOf(role, status), isJson(status)))
  const logs = placed(subcommand(program, 'logs', "show the daemon's log"))
  valueOption(logs, '-n, --lines <count>', 'lines from the end (100)')
  logs.option('-f, --follow', 'go on with what is written later')
  logs.action(() => logsAction(placeOf(role, logs), logsOf(logs)))
  return program
}

function placed(command: Command): Command {
  valueOption(command, '--state-dir <folder>', 'folder of state, logs and secret')
  return valueOption(command, '--instance <number>', 'which of several of a state folder (1)')
}

function startOptions(command: Command, rows: readonly OptionRow[]): Command {
  for (const { flags, description, isSwitch, isRepeated } of rows) {
    if (isSwitch === true) command.option(flags, description)
    else if (isRepeated === true) repeatedOption(command, flags, description)
    else valueOption(command, flags, description)
  }
  command.option('--foreground', 'stay on this terminal')
  command.option('--json', 'print JSON')
  return valueOption(command, '--timeout <seconds>', `give up after so long (${START_TIMEOUT_S})`)
}

function placeOf(role: DaemonRole, command: Command): DaemonPlace {
  const { stateDir, instance = '1' } = textsOf(command)
  return {
    role: role.role,
    instance: integerOption('--instance', instance, 1, 9999),
    stateDir: stateDir === undefined ? role.defaultStateDir() : absolute(stateDir),
  }
}

function startOf(command: Command): Omit<StartAction, 'given'> {
  const { timeout = START_TIMEOUT_S } = textsOf(command)
  const { foreground, json, allowRoot } = optionsOf(command)
  return {
    foreground: foreground === true,
    json: json === true,
    allowRoot: allowRoot === true,
    timeoutMs: integerOption('--timeout', timeout, 1, 86_400) * 1000,
  }
}

function stopOf(command: Command): { drain: boolean; json: boolean; timeoutMs: number } {
  const { timeout } = textsOf(command)
  const { drain, json } = optionsOf(command)
  const isDrain = drain === true
  // What drains may take as long as the tasks do.
  const seconds = timeout ?? (isDrain ? '86400' : STOP_TIMEOUT_S)
  const timeoutMs = integerOption('--timeout', seconds, 1, 86_400) * 1000
  return { drain: isDrain, json: json === true, timeoutMs }
}

function logsOf(command: Command): { lines: number; follow: boolean } {
  const { lines = '100' } = textsOf(command)
  const { follow } = optionsOf(command)
  return { lines: integerOption('--lines', lines, 0, 1_000_000), follow: follow === true }
}

function givenOf(command: Command, rows: readonly OptionRow[]): GivenOptions {
  const options = optionsOf(command)
  const values: Record<string, string | boolean | readonly string[]> = {}
  for (const row of rows) {
    const name = longName(row.flags)
    const value = options[camelCase(name)]
    if (typeof value === 'string') values[name] = row.isPath === true ? absolute(value) : value
    else if (value === true) values[name] = true
    else if (Array.isArray(value)) values[name] = value.map(String)
  }
  return { values, args: command.args }
}

function textsOf(command: Command): Readonly<Record<string, string | undefined>> {
  const texts = Object.entries(optionsOf(command)).filter(([, value]) => typeof value === 'string')
  return Object.fromEntries(texts) as Record<string, string>
}

function absolute(path: string): string {
  return isAbsolute(path) ? resolve(path) : resolve(requireCurrentFolder(), path)
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase())
}

function optional(argument: string): string {
  return argument.replace('<', '[').replace('>', ']')
}

function isJson(command: Command): boolean {
  const { json } = optionsOf(command)
  return json === true
}
