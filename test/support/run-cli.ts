import { spawn } from 'node:child_process'
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
}

const DIST = new URL('../../', import.meta.url)

/** The path of a compiled module, as `master/cli.js`. */
export function distPath(entry: string): string {
  return fileURLToPath(new URL(entry, DIST))
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** Runs a command of ours to its end; the environment of the test's own account does not reach it. */
export function runCli(
  entry: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  return runProgram(process.execPath, [distPath(entry), ...args], options)
}

/** Runs any program to its end. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  const startMs = performance.now()
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: cleanEnvironment(options.env),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => {
      resolve({ code, stdout, stderr, durationMs: performance.now() - startMs })
    })
  })
}

/** What a command of a test gets: nothing of simSpark's from outside. */
export function cleanEnvironment(
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env
  return { PATH, HOME, ...more }
}

/** A private folder for a test; everything that still runs on it is killed at the end. */
export class StateFolder {
  readonly path = join(mkdtempSync(join(tmpdir(), 'simspark-cli-')), 'state')

  /** The file in which a daemon says that it runs. */
  state(name = 'master'): { pid: number; address: { port: number }; [key: string]: unknown } {
    return JSON.parse(readFileSync(join(this.path, `${name}.json`), 'utf8'))
  }

  /** Names of the files of the folder itself. */
  files(): string[] {
    return existsSync(this.path) ? readdirSync(this.path).sort() : []
  }

  /** Kills what a failed test left running: only what a state file here names, and only as long as it is a node. */
  dispose(): void {
    for (const file of this.files()) {
      const path = join(this.path, file)
      if (!/^(master|worker)(-\d+)?\.json$/.test(file) || !lstatSync(path).isFile()) continue
      const { pid } = JSON.parse(readFileSync(path, 'utf8')) as { pid: number }
      if (commandLine(pid).includes(this.path)) process.kill(pid, 'SIGKILL')
    }
    rmSync(join(this.path, '..'), { recursive: true, force: true })
  }
}

function commandLine(pid: number): string {
  const path = `/proc/${pid}/cmdline`
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
