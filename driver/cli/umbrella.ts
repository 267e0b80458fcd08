import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { CliError, ExitCode, guardCommand, newCommand, runCommand, tell } from '#publib/cli'
import { packageVersion } from '#publib/transport'
import { configCommand } from './config-command.ts'
import { secretCommand } from './secret-command.ts'

const USAGE = `simSpark: a distributed data engine for Node.

Three commands to a cluster:
  simspark-master start                            on one machine
  simspark-worker start simspark://<host>:7077     on each machine that works
  SIMSPARK_MASTER=simspark://<host>:7077 node app.js

Without a cluster a program runs as it is: node app.js

Also:
  simspark master|worker …      the same as simspark-master, simspark-worker
  simspark secret create|show-path|rotate
  simspark config show|load|reset|explain

simspark <command> --help says more.`

/** Other programs of the package, by the name under which they are commands here too. */
const PROGRAMS: Readonly<Record<string, URL>> = {
  master: new URL('../../master/cli.js', import.meta.url),
  worker: new URL('../../worker/cli.js', import.meta.url),
}

/** `simspark …`. */
export async function main(args: readonly string[]): Promise<void> {
  guardCommand()
  const [first, ...rest] = args
  if (first === undefined) {
    tell(USAGE)
    process.exitCode = ExitCode.usage
    return
  }
  const program = Object.hasOwn(PROGRAMS, first) ? PROGRAMS[first] : undefined
  process.exitCode = program === undefined ? await run(args) : await runProgram(program, rest)
}

async function run(args: readonly string[]): Promise<number> {
  const command = await newCommand('simspark', 'simSpark: a distributed data engine for Node.')
  command.version(packageVersion(), '-V, --version', 'show the version')
  command.addHelpText('after', `\n${USAGE}`)
  secretCommand(command)
  configCommand(command)
  return runCommand(command, args)
}

/** As a process of its own: programs of other roles are not loaded into this one. */
async function runProgram(program: URL, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [fileURLToPath(program), ...args], { stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => child.kill(signal))
  }
  return new Promise((resolve, reject) => {
    child.once('error', error => {
      reject(new CliError(ExitCode.environment, `cannot start a process: ${error.message}`, error))
    })
    child.once('close', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}
