/**
 * The working tree against the merge base, in one run, in turn: `npm run bench:guard [-- --base REF] [--only W2,micro] [--rounds N] [--data DIR]`.
 * Run it before a commit that touches a hot path. Without --data it leaves out the workloads that read files.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { simspark } from './engines.ts'
import { type Guarded, guardTable } from './guard-table.ts'
import { runOnce } from './one-process.ts'
import { chosenWorkloads } from './options.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const READERS = ['W1A', 'W1B', 'W11', 'W12']
const QUICK = ['W2', 'W3', 'W4', 'W5', 'W7', 'W8', 'W9']

const { values: options } = parseArgs({
  options: {
    base: { type: 'string' },
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    data: { type: 'string' },
  },
})
const rounds = Number(options.rounds)
const wanted = options.only?.split(',') ?? [
  ...(options.data === undefined ? [] : READERS),
  ...QUICK,
  'micro',
]
const base = options.base ?? mergeBase()
const folder = mkdtempSync(join(tmpdir(), 'simspark-guard-'))
try {
  console.log(`now: the working tree; base: ${git('log', '-1', '--format=%h %s', base)}`)
  checkOut(base, folder)
  const names = wanted.filter(name => name !== 'micro')
  const guarded: Guarded[] = []
  for (const name of names.length === 0 ? [] : chosenWorkloads(names.join(','))) {
    guarded.push(...(await guardWorkload(name)))
  }
  if (wanted.includes('micro')) guarded.push(...(await guardMicro()))
  console.log(`\n${guardTable(guarded)}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
}

/** Where this branch left the main one; on the main branch itself, its last commit. */
function mergeBase(): string {
  const others = ['origin/main', 'main'].filter(branch => {
    const known = git('branch', '--all', '--list', branch, `remotes/${branch}`)
    return known !== ''
  })
  return others[0] === undefined ? 'HEAD' : git('merge-base', 'HEAD', others[0])
}

/** A copy of the commit, compiled, with the packages of this clone where it wants the same. */
function checkOut(ref: string, to: string): void {
  const archive = execFileSync('git', ['archive', ref], { cwd: root, maxBuffer: 1 << 30 })
  execFileSync('tar', ['-x', '-C', to], { input: archive })
  const lockOf = (tree: string): string => readFileSync(join(tree, 'package-lock.json'), 'utf8')
  if (lockOf(to) === lockOf(root)) {
    symlinkSync(join(root, 'node_modules'), join(to, 'node_modules'), 'junction')
  }
  execFileSync(process.execPath, ['prepare.mjs'], { cwd: to, stdio: 'inherit' })
}

/** The same program in both, in turn: the medians of its repetitions, and its start to end. */
async function guardWorkload(workload: string): Promise<Guarded[]> {
  const warm = { base: [] as number[], now: [] as number[] }
  const cold = { base: [] as number[], now: [] as number[] }
  const command = simspark().command(workload, options.data ?? '')
  for (let round = 0; round < rounds; round++) {
    for (const side of inTurn(round)) {
      const { printed, wallS, error } = await runOnce(
        command,
        { BENCH_RUNS: '3', BENCH_BUDGET_S: '10', ...treeOf(side) },
        300,
      )
      if (error !== undefined) throw new Error(`${workload}, ${side}: ${error}`)
      warm[side].push(printed.warm_s ?? Number.NaN)
      cold[side].push(wallS - (printed.rest_s ?? 0))
    }
  }
  return [
    { name: `${workload} warm`, ...warm },
    { name: `${workload} cold, exec to exit`, ...cold },
  ]
}

type Side = 'base' | 'now'

/** Who comes first changes: neither side has the quieter moments. */
function inTurn(round: number): Side[] {
  return round % 2 === 0 ? ['base', 'now'] : ['now', 'base']
}

function treeOf(side: Side): Record<string, string> {
  return side === 'base' ? { BENCH_DIST: join(folder, 'dist') } : {}
}

/** Each tree's own micro-benchmarks, as far as both have them. */
async function guardMicro(): Promise<Guarded[]> {
  const program = 'dist/test/bench/programs/micro-figures.js'
  if (!existsSync(join(folder, program))) {
    console.log('the base has no micro-benchmarks')
    return []
  }
  const seen = new Map<string, { base: number[]; now: number[] }>()
  for (let round = 0; round < rounds; round++) {
    for (const side of inTurn(round)) {
      const tree = side === 'base' ? folder : root
      const { printed, error } = await runOnce([process.execPath, join(tree, program)], {}, 300)
      if (error !== undefined) throw new Error(`micro-benchmarks, ${side}: ${error}`)
      for (const [name, value] of Object.entries(printed.answer as Record<string, number>)) {
        if (!seen.has(name)) seen.set(name, { base: [], now: [] })
        seen.get(name)?.[side].push(value)
      }
    }
  }
  return [...seen]
    .map(([name, sides]) => ({ name, ...sides }))
    .filter(({ base: before, now }) => before.length > 0 && now.length > 0)
}
