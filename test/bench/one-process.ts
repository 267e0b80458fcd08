import { spawn } from 'node:child_process'

/** What a program printed as its last line; all engines print the same fields. */
export interface Printed {
  readonly version?: string
  readonly answer?: unknown
  readonly first_s?: number
  readonly warm_s?: number | null
  readonly p99_s?: number | null
  readonly rest_s?: number
  /** What a cluster took from nothing to the end of its first program. */
  readonly total_s?: number
  /** How that program ended. */
  readonly code?: number
  readonly error?: string
}

export interface Ended {
  readonly printed: Printed
  /** From exec to exit. */
  readonly wallS: number
  readonly error: string | undefined
}

/** Runs a program in a fresh process, in a group of its own: what it leaves behind ends with it. */
export function runOnce(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  limitS: number,
): Promise<Ended> {
  return new Promise(resolve => {
    const [file = '', ...args] = command
    const before = performance.now()
    const child = spawn(file, args, {
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    let errors = ''
    let isLate = false
    const killGroup = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // Nobody of the group is left.
      }
    }
    const timer = setTimeout(() => {
      isLate = true
      killGroup()
    }, limitS * 1000)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-20_000)
    })
    let code: number | string | null = null
    let wallS = 0
    const end = (problem: string | undefined): void => {
      clearTimeout(timer)
      const printed = lastJson(output)
      const failed = isLate ? `no result in ${limitS} s` : problem
      resolve({
        printed,
        wallS,
        error: printed.error ?? (isDone(printed) ? undefined : failed),
      })
    }
    child.once('error', error => end(error.message))
    child.once('exit', (exitCode, signal) => {
      wallS = (performance.now() - before) / 1000
      code = exitCode ?? signal
      // What it started may hold its output open.
      setTimeout(killGroup, 200)
    })
    child.once('close', () => end(code === 0 ? 'no answer' : `exit ${code}: ${lastWords(errors)}`))
  })
}

function isDone({ answer, total_s, code = 0 }: Printed): boolean {
  return answer !== undefined || (total_s !== undefined && code === 0)
}

/** The last line that is a JSON object; an empty one where there is none. */
export function lastJson(output: string): Printed {
  for (const line of output.trim().split('\n').reverse()) {
    try {
      const value: unknown = JSON.parse(line)
      if (typeof value === 'object' && value !== null) return value
    } catch {
      // Not that line.
    }
  }
  return {}
}

function lastWords(errors: string): string {
  const lines = errors.trim().split('\n')
  return (lines.filter(line => /error|exception/i.test(line)).at(-1) ?? lines.at(-1) ?? '').slice(
    0,
    300,
  )
}
