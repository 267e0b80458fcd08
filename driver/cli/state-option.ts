import { resolve } from 'node:path'
import { defaultStateDir } from '#config'
import { type Command, optionsOf, valueOption } from '#publib/cli'

/** `--state-dir`, as everywhere. */
export function withStateDir(command: Command): Command {
  return valueOption(command, '--state-dir <folder>', 'folder of state, logs and secret')
}

/** The state folder that a command is about. */
export function stateDirOf(command: Command): string {
  const { stateDir } = optionsOf(command)
  return typeof stateDir === 'string' ? resolve(stateDir) : defaultStateDir(process.env)
}
