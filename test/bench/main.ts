/**
 * Measures and prints; losses too. Ratios come from one run, program after program in turn: these are what counts on a shared machine.
 *
 *     npm run bench [-- --only word-count,cluster] [--runs N] [--quick]     simSpark's own figures
 *     npm run bench -- --peers DIR [--only W1,W5] [--engines node,duckdb] [--data DIR] [--quick] [--out FILE]     side by side
 *     npm run bench -- --disguised [--only W1,W5] [--data DIR]     the workloads in other words ÷ as they are
 *     npm run bench -- --profile W5 [--data DIR] [--out FILE.html]     CPU profile of driver and executors, as flame pictures
 *     npm run bench -- --table FILE     the table of an earlier comparison
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { clusterFigures } from './cluster.ts'
import { coldFigures } from './cold.ts'
import { peerEngines, simspark } from './engines.ts'
import { type Figure, show } from './measure.ts'
import { microFigures } from './micro.ts'
import { type BenchOptions, benchOptions } from './options.ts'
import { profileWorkload } from './profile.ts'
import { type Row, ratioText, secondsText } from './rows.ts'
import { sideBySide } from './side-by-side.ts'
import { comparisonTable, problems } from './table.ts'
import { wordCountFigures } from './word-count.ts'

const groups: Readonly<Record<string, (runs: number) => Promise<Figure[]>>> = {
  'word-count': wordCountFigures,
  cold: coldFigures,
  cluster: clusterFigures,
  micro: microFigures,
}

const explainer = fileURLToPath(new URL('./programs/explain.js', import.meta.url))
const [cpu] = cpus()
const machine = `${cpus().length} × ${cpu?.model ?? 'unknown'}`

try {
  await run(benchOptions(process.argv.slice(2), Object.keys(groups)))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function run(options: BenchOptions): Promise<void> {
  switch (options.mode) {
    case 'own':
      return own(options)
    case 'peers': {
      const { engines: wanted, peers } = options
      const isWanted = ({ name }: { name: string }): boolean => wanted?.includes(name) ?? true
      const engines = [simspark(), ...peerEngines(peers).filter(isWanted)]
      return compared(await sideBySide({ ...options, engines }))
    }
    case 'disguised':
      return undisguised(options)
    case 'profile':
      return profileWorkload(options.workload, options.data, options.out)
    case 'table':
      return compared(keptRows(options.path))
  }
}

async function own({ groups: chosen, runs }: BenchOptions & { mode: 'own' }): Promise<void> {
  console.log(`${new Date().toISOString()}  Node ${process.versions.node}  ${machine}`)
  for (const name of chosen) {
    console.log(`\n${name}`)
    for (const figure of (await groups[name]?.(runs)) ?? []) console.log(`  ${show(figure)}`)
  }
}

function compared(rows: readonly Row[]): void {
  const heading = {
    date: (rows[0]?.at ?? new Date().toISOString()).slice(0, 10),
    machine,
    node: process.versions.node,
    command: `npm run bench -- ${process.argv.slice(2).map(withoutFolders).join(' ')}`,
  }
  console.log(`\n${comparisonTable(rows, heading)}`)
  for (const problem of problems(rows)) console.log(`\n× ${problem}`)
}

/** A command as others type it: the folders of this machine mean nothing to them. */
function withoutFolders(argument: string, i: number, all: readonly string[]): string {
  const name = all[i - 1]
  return name === '--peers' || name === '--data' || name === '--out'
    ? name.slice(2).toUpperCase()
    : argument
}

function keptRows(path: string): Row[] {
  if (!existsSync(path)) throw new Error(`there is no file ${path}`)
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter(line => line !== '')
  return lines.map(line => JSON.parse(line) as Row)
}

/** What the engine says of how it runs a workload in other words. */
function explained(workload: string, data: string): string {
  const { stdout } = spawnSync(process.execPath, [explainer, workload, data], {
    encoding: 'utf8',
    env: { ...process.env, BENCH_FORM: 'disguised' },
  })
  return stdout.split('\n').slice(0, -2).join('\n').replace(/^/gm, '       ')
}

async function undisguised(options: BenchOptions & { mode: 'disguised' }): Promise<void> {
  const workloads = options.workloads.filter(workload => workload !== 'W13')
  const engines = [simspark('plain', 'plain'), simspark('disguised', 'disguised')]
  const rows = await sideBySide({ ...options, workloads, engines })
  console.log('')
  for (const workload of workloads) {
    const [plain, other] = rows.filter(row => row.workload === workload)
    const ratio = (other?.warmS ?? Number.NaN) / (plain?.warmS ?? Number.NaN)
    const times = `${secondsText(plain?.warmS ?? Number.NaN)} → ${secondsText(other?.warmS ?? Number.NaN)}`
    const verdict =
      plain?.answer !== other?.answer ? '  ANSWERS DIFFER' : ratio > 1.3 ? '  above 1.3' : ''
    console.log(`${workload.padEnd(4)} ${ratioText(ratio).padStart(5)} ×  ${times}${verdict}`)
    if (ratio > 1.3) console.log(explained(workload, options.data))
  }
}
