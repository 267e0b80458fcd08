import { parseArgs } from 'node:util'
import { FAULT_KINDS, type FaultKind } from './faults.ts'
import { findPlantedBugs } from './planted-bugs.ts'
import { type Outcome, simulate } from './simulate.ts'

const SEEDS = 200
const TRACE_LINES = 80
const USAGE = `npm run simulate -- [--seeds N] [--from N] [--seed N] [--planted] [--verbose]
  --seeds N   so many seeds (default ${SEEDS})
  --from N    from this one on (default 1)
  --seed N    this one alone, with all that happened
  --planted   whether each of the planted bugs is found
  --verbose   a line for each seed`

const write = (text: string): void => void process.stdout.write(`${text}\n`)

/** What has come of all seeds so far. */
class Figures {
  readonly #startedMs = performance.now()
  readonly #faults = new Map<FaultKind, number>()
  readonly #errors = new Map<string, number>()
  passed = 0
  failed = 0
  #jobs = 0
  #tasks = 0
  #simulatedMs = 0

  add({ breaches, faults, errorCode, jobs, tasks, simulatedMs }: Outcome): void {
    if (breaches.length === 0) this.passed++
    else this.failed++
    for (const [kind, count] of faults) add(this.#faults, kind, count)
    if (errorCode !== undefined) add(this.#errors, errorCode, 1)
    this.#jobs += jobs
    this.#tasks += tasks
    this.#simulatedMs += simulatedMs
  }

  toString(): string {
    const faults = FAULT_KINDS.map(kind => `${kind} ${this.#faults.get(kind) ?? 0}`).join(', ')
    const errors = [...this.#errors].map(([code, count]) => `${code} ${count}`).join(', ')
    const wallSeconds = (performance.now() - this.#startedMs) / 1000
    return [
      `${this.passed + this.failed} seeds, ${this.#jobs} jobs, ${this.#tasks} attempts`,
      `faults: ${faults}`,
      `programs that ended with a named error: ${errors || 'none'}`,
      `${(this.#simulatedMs / 3_600_000).toFixed(2)} simulated hours in ${wallSeconds.toFixed(1)} s`,
    ].join('\n')
  }
}

function add<K>(counts: Map<K, number>, key: K, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count)
}

async function run(seeds: readonly number[], isVerbose: boolean): Promise<number> {
  const figures = new Figures()
  for (const [index, seed] of seeds.entries()) {
    const outcome = await simulate(seed)
    figures.add(outcome)
    if (isVerbose) write(lineOf(outcome))
    else if ((index + 1) % 50 === 0) write(`${index + 1} of ${seeds.length} seeds`)
    if (outcome.breaches.length > 0) write(reportOf(outcome, TRACE_LINES))
  }
  write(`${figures}`)
  write(`${figures.passed} passed, ${figures.failed} failed`)
  return figures.failed
}

async function runOne(seed: number): Promise<number> {
  const outcome = await simulate(seed)
  write(reportOf(outcome, Number.POSITIVE_INFINITY))
  write(lineOf(outcome))
  const isFailed = outcome.breaches.length > 0
  write(isFailed ? '0 passed, 1 failed' : '1 passed, 0 failed')
  return isFailed ? 1 : 0
}

async function runPlanted(): Promise<number> {
  let failed = 0
  let passed = 0
  for await (const { name, foundAt, seeds, breach } of findPlantedBugs()) {
    if (foundAt === undefined) failed++
    else passed++
    write(
      foundAt === undefined
        ? `NOT FOUND within ${seeds} seeds: ${name}`
        : `found by seed ${foundAt} (of ${seeds} tried): ${name}\n  ${breach?.split('\n')[0]}`,
    )
  }
  write(`${passed} passed, ${failed} failed`)
  return failed
}

function lineOf({ seed, errorCode, faults, simulatedMs, tasks, fingerprint }: Outcome): string {
  const what = [...faults].map(([kind, count]) => `${kind}×${count}`).join(' ')
  const seconds = (simulatedMs / 1000).toFixed(1)
  const end = errorCode ?? 'right'
  return `seed ${seed}: ${end}, ${tasks} attempts, ${seconds} s, ${what || 'no fault'} [${fingerprint}]`
}

function reportOf({ seed, breaches, program, trace }: Outcome, lines: number): string {
  return [
    `seed ${seed}`,
    program,
    ...trace.slice(-lines),
    ...breaches.map(breach => `BREACH: ${breach}`),
    `repeat it with: npm run simulate -- --seed ${seed}`,
  ].join('\n')
}

function numberOf(text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new TypeError(`${text} is no number of seeds`)
}

async function main(): Promise<number> {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const { values } = parseArgs({
    options: { seeds: text, from: text, seed: text, planted: flag, verbose: flag, help: flag },
  })
  if (values.help === true) {
    write(USAGE)
    return 0
  }
  if (values.planted === true) return runPlanted()
  if (values.seed !== undefined) return runOne(numberOf(values.seed, 0))
  const from = numberOf(values.from, 1)
  const count = numberOf(values.seeds, SEEDS)
  const seeds = Array.from({ length: count }, (_, index) => from + index)
  return run(seeds, values.verbose === true)
}

main().then(
  failed => {
    process.exitCode = failed === 0 ? 0 : 1
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}\n`)
    process.exitCode = 2
  },
)
