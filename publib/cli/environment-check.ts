import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { textOf } from '#publib/util'
import { CliError, ExitCode, errnoOf } from './exit-codes.ts'
import { writePrivateFile } from './private-files.ts'
import { tell } from './terminal.ts'

const OPEN_FILES_MIN = 1024
const FILE_BYTES_MIN = 64 * 1024 * 1024
const PROBE_BYTES = 64 * 1024

/** A limit of this process, as `ulimit` shows it; undefined where it is unlimited or not known. */
export type LimitOf = (name: 'openFiles' | 'fileBytes') => number | undefined

/** What the machine must give a daemon, looked at before anything is started or bound. */
export function checkEnvironment(folders: readonly string[], limitOf: LimitOf = systemLimit): void {
  const openFiles = limitOf('openFiles')
  if (openFiles !== undefined && openFiles < OPEN_FILES_MIN) {
    throw lacking(
      `needs ≥ ${OPEN_FILES_MIN} open files, have ${openFiles}; raise it: ulimit -n ${OPEN_FILES_MIN}`,
    )
  }
  const fileBytes = limitOf('fileBytes')
  if (fileBytes !== undefined && fileBytes < FILE_BYTES_MIN) {
    throw lacking(`files may have only ${fileBytes} bytes here; raise it: ulimit -f unlimited`)
  }
  for (const folder of folders) checkWritable(folder)
}

/** The current folder; undefined where it has been deleted. */
export function currentFolder(): string | undefined {
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}

/** Takes relative paths to be meant from here; says so when here is no longer there. */
export function requireCurrentFolder(): string {
  const folder = currentFolder()
  if (folder === undefined)
    throw lacking('the current directory no longer exists; give absolute paths')
  return folder
}

/** Says what is risky about a daemon of the superuser. */
export function warnOfRoot(allowed: boolean): void {
  if (allowed || process.getuid?.() !== 0) return
  tell('warning: this daemon runs as root, and so will user code; --allow-root silences this')
}

/** A full disk is found by writing, not by asking. */
function checkWritable(folder: string): void {
  const probe = join(folder, `.probe-${process.pid}`)
  try {
    writePrivateFile(probe, '\0'.repeat(PROBE_BYTES))
  } catch (error) {
    const full = errnoOf(error) === 'ENOSPC' || errnoOf(error) === 'EDQUOT'
    const left = full ? `; ${freeBytes(folder)} bytes are free there` : ''
    throw lacking(`cannot write into ${folder}: ${textOf(error)}${left}`)
  } finally {
    rmSync(probe, { force: true })
  }
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

const ROWS = { openFiles: 'Max open files', fileBytes: 'Max file size' } as const

/** Node raises its soft limits to the hard ones at its start, so what counts is read from the process itself. */
function systemLimit(name: keyof typeof ROWS): number | undefined {
  if (process.platform !== 'linux') return shellLimit(name)
  const row = readFileSync('/proc/self/limits', 'latin1')
    .split('\n')
    .find(line => line.startsWith(ROWS[name]))
  const soft = row?.slice(ROWS[name].length).trim().split(/\s+/)[0]
  return soft === undefined || soft === 'unlimited' ? undefined : Number(soft)
}

function shellLimit(name: keyof typeof ROWS): number | undefined {
  const flag = name === 'openFiles' ? '-n' : '-f'
  const shell = spawnSync('sh', ['-c', `ulimit ${flag}`], { encoding: 'utf8' })
  const value = Number(shell.stdout?.trim())
  if (shell.status !== 0 || !Number.isFinite(value)) return undefined
  // Shells count files in blocks of 512 bytes.
  return name === 'openFiles' ? value : value * 512
}

function lacking(message: string): CliError {
  return new CliError(ExitCode.environment, message)
}
