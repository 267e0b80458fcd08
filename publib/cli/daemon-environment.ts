import { tell } from './terminal.ts'

/** The variables that a daemon gets; everything else of the caller's stays with the caller. */
const PASSED = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'TZ', 'TMPDIR', 'TMP', 'TEMP'],
  ...['XDG_STATE_HOME', 'XDG_RUNTIME_DIR', 'LD_LIBRARY_PATH', 'NODE_ENV', 'NODE_V8_COVERAGE'],
]

/** The environment of a daemon: a list of what is known to be harmless. NODE_OPTIONS could open an inspector. */
export function daemonEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const { NODE_OPTIONS: options } = env
  if (options !== undefined && options.trim() !== '') {
    tell('warning: NODE_OPTIONS is not passed to daemons')
  }
  const passed = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (PASSED.includes(entry[0]) || entry[0].startsWith('LC_')),
  )
  return Object.fromEntries(passed)
}
