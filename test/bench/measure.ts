import { spawn } from 'node:child_process'

/** A figure as it was measured: printed, and compared with its target. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: 's' | 'ms' | 'ns' | '×'
  /** At most this, where the project has set itself a target. */
  readonly target?: number
  readonly note?: string
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** The value below which the part `q` of all values lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}

/** Wall time of `work` in milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const before = performance.now()
  await work()
  return performance.now() - before
}

/** Runs a program as a process of its own: wall time from start to end, and what it printed. */
export async function program(
  path: string,
  args: readonly string[],
): Promise<{ ms: number; output: string }> {
  let output = ''
  const ms = await timed(
    () =>
      new Promise<void>((resolve, reject) => {
        const child = spawn(process.execPath, [path, ...args], {
          stdio: ['ignore', 'pipe', 'inherit'],
        })
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          output += text
        })
        child.once('error', reject)
        child.once('close', code =>
          code === 0 ? resolve() : reject(new Error(`${path} ended with ${code}`)),
        )
      }),
  )
  return { ms, output: output.trim() }
}

/** One line a figure; what misses its target says so. */
export function show({ name, value, unit, target, note }: Figure): string {
  const digits =
    unit === 'ms' || unit === 'ns' ? value.toFixed(2) : value.toFixed(unit === '×' ? 2 : 3)
  const aim =
    target === undefined ? '' : `  target ≤ ${target} ${unit}${value <= target ? '' : '  MISSED'}`
  return `${name.padEnd(58)} ${digits.padStart(9)} ${unit}${aim}${note ? `  (${note})` : ''}`
}
