import { existsSync, openSync } from 'node:fs'
import { SimSparkError } from '#publib/util'
import { entryPath } from './entry.ts'

/** What a daemon is started with. Nothing secret belongs here: arguments show in the list of processes. */
export interface DaemonOptions {
  /** Path of a compiled module below dist/, as `master/main.js`. */
  readonly entry: string
  readonly arguments: readonly string[]
  /** V8 flags of the daemon. */
  readonly nodeFlags?: readonly string[]
  /** The listed variables are all that it gets. */
  readonly env: Readonly<Record<string, string>>
  /** Where its stdout and stderr go: what it says before its own log is open. */
  readonly outputPath: string
}

/** The variable by which daemonize-process knows the daemon from its caller. */
const MARKER = '_DAEMONIZE_PROCESS'

/**
 * Starts a daemon in a session of its own, with nothing of the caller's terminal or pipes. Resolves when it has been
 * launched; whether it serves is for the caller to ask of its port.
 */
export async function startDaemon(options: DaemonOptions): Promise<void> {
  entryPath(options.entry)
  const launcher = process
    .getBuiltinModule('node:child_process')
    .spawn(process.execPath, [entryPath('publib/env/daemon-launcher.js')], {
      env: { ...options.env },
      stdio: ['pipe', 'ignore', 'pipe'],
    })
  let complaint = ''
  launcher.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4096)
  })
  launcher.stdin.on('error', () => undefined)
  launcher.stdin.end(JSON.stringify(options))
  const code = await new Promise<number | null>((resolve, reject) => {
    launcher.once('error', reject)
    launcher.once('close', resolve)
  })
  if (code !== 0) throw notLaunched(options.entry, complaint.trim())
}

/** Runs in the launcher: starts the daemon and ends this process. */
export async function becomeDaemon(options: DaemonOptions): Promise<never> {
  const entry = entryPath(options.entry)
  if (!existsSync(entry)) throw notLaunched(options.entry, 'the module is not there; is it built?')
  process.umask(0o077)
  const output = openSync(options.outputPath, 'a', 0o600)
  // A caller that was itself started by a daemon has the marker; with it nothing would be started.
  delete process.env[MARKER]
  const { daemonizeProcess } = await import('daemonize-process')
  // `env` must not be given, or the daemon would start daemons for ever; V8 flags only travel in front of the script.
  const [script, ...rest] = [...(options.nodeFlags ?? []), entry, ...options.arguments]
  daemonizeProcess({
    script: script ?? entry,
    arguments: rest,
    cwd: '/',
    stdio: ['ignore', output, output],
    exitCode: 0,
  })
  throw notLaunched(options.entry, 'the launcher came back')
}

/** To be called first in a daemon: its children must not inherit the launcher's mark. */
export function forgetLauncher(): void {
  delete process.env[MARKER]
}

function notLaunched(entry: string, why: string): SimSparkError {
  return new SimSparkError('INTERNAL', `${entry} could not be started as a daemon: ${why}`)
}
