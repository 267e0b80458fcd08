import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Engine, peersFolder } from './engines.ts'
import { ForeignLoad } from './foreign-load.ts'
import { runOnce } from './one-process.ts'
import { type Row, ratioText, secondsText } from './rows.ts'

export interface SideBySide {
  readonly workloads: readonly string[]
  readonly engines: readonly Engine[]
  readonly data: string
  readonly runs: number
  readonly budgetS: number
  readonly limitS: number
  /** How long a process waits at most for others to leave the machine alone. */
  readonly waitS: number
  readonly out: string | undefined
}

/** The workloads that read files, and those of W1 to W12 that skale reads in two halves. */
const READERS = ['W1A', 'W1B', 'W11', 'W12']
const FILES = ['a.txt', 'b.txt', 't.csv', 't.jsonl', 'a2/1.txt']

/** For every workload all engines in turn, each in a fresh process. Prints a line a process. */
export async function sideBySide(plan: SideBySide): Promise<Row[]> {
  needData(plan)
  const rows: Row[] = []
  for (const workload of plan.workloads) {
    for (const engine of plan.engines) {
      if (!engine.workloads.includes(workload)) continue
      const row = await measure(workload, engine, plan)
      rows.push(row)
      if (plan.out !== undefined) appendFileSync(plan.out, `${JSON.stringify(row)}\n`)
      console.log(told(row))
    }
  }
  return rows
}

/** Makes the files where some are missing: always the same. */
function needData({ workloads, data }: SideBySide): void {
  if (!workloads.some(workload => READERS.includes(workload))) return
  if (data === '')
    throw new Error(`${READERS.join(', ')} read files: --data FOLDER says where they are kept`)
  if (FILES.every(file => existsSync(join(data, file)))) return
  console.log(`writing the workloads' files to ${data}`)
  spawnSync(process.execPath, [join(peersFolder, 'gen.mjs'), data], { stdio: 'inherit' })
}

/** Until foreign processes use hardly anything for a second, or for so long. */
async function quiet(waitS: number): Promise<void> {
  for (let second = 0; second < waitS; second++) {
    const load = new ForeignLoad()
    await new Promise(resolve => setTimeout(resolve, 1000))
    if ((load.cores() ?? 0) < QUIET_CORES) return
  }
}

const QUIET_CORES = 0.15

async function measure(workload: string, engine: Engine, plan: SideBySide): Promise<Row> {
  await quiet(plan.waitS)
  const tasks = workload === 'W4' ? Number(engine.env['TASKS'] ?? 10_000) : undefined
  const load = new ForeignLoad()
  const env = {
    ...engine.env,
    BENCH_RUNS: String(workload === 'W13' ? 1 : plan.runs),
    BENCH_BUDGET_S: String(plan.budgetS),
    ...(tasks === undefined ? {} : { TASKS: String(tasks) }),
  }
  const command = engine.command(workload, plan.data)
  const { printed, wallS, error } = await runOnce(command, env, plan.limitS)
  const rest = printed.rest_s ?? 0
  return {
    ...{ workload, engine: engine.name, at: new Date().toISOString() },
    version: printed.version,
    error,
    answer: error === undefined ? answerOf(workload, printed.answer) : undefined,
    coldS: error === undefined ? (printed.total_s ?? wallS - rest) : undefined,
    warmS: printed.warm_s ?? undefined,
    p99S: workload === 'W3' ? (printed.p99_s ?? undefined) : undefined,
    tasks,
    others: load.cores(),
  }
}

/** A cluster's program prints no answer of its own: that it has come to its end says enough. */
function answerOf(workload: string, answer: unknown): string {
  return workload === 'W13' ? 'done' : String(answer)
}

function told({ workload, engine, coldS, warmS, error, answer, others }: Row): string {
  const times = [
    coldS === undefined ? '' : `cold ${secondsText(coldS)}`,
    warmS === undefined ? '' : `warm ${secondsText(warmS)}`,
    others === undefined ? '' : `others ${ratioText(others)} cores`,
  ]
  const end = error === undefined ? String(answer).slice(0, 50) : `FAILED: ${error}`
  return `${workload} ${engine}  ${times.filter(time => time !== '').join('  ')}  ${end}`
}
