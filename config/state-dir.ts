import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

/** Variables of the process environment, or what stands for them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The variables of simSpark that are no settings. */
export const OTHER_VARIABLES = ['SIMSPARK_STATE_DIR', 'SIMSPARK_PROPERTIES_FILE'] as const

/** The state folder: `$SIMSPARK_STATE_DIR`, else `$XDG_STATE_HOME/simspark`, else `~/.simspark`. */
export function defaultStateDir(env: Environment): string {
  const { SIMSPARK_STATE_DIR: named, XDG_STATE_HOME: xdg, HOME: home } = env
  if (named !== undefined && named !== '') return isAbsolute(named) ? named : resolve(named)
  // The XDG specification has relative paths ignored.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'simspark')
  return join(home !== undefined && isAbsolute(home) ? home : homedir(), '.simspark')
}

/** The settings of this account, which `simspark config load` writes. */
export function defaultSettingsFile(stateDir: string): string {
  return join(stateDir, 'simspark-defaults.conf')
}
