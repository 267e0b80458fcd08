/**
 * How time and memory grow: with the input, with executors, with partitions. Each run is a process of its own; the input is one
 * text, linked as often as needed, so that it comes from the page cache.
 *
 *     npm run bench:scaling [-- --data DIR] [--gib 20] [--only input,executors,partitions,shuffle]
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { peersFolder } from './engines.ts'

const program = fileURLToPath(new URL('./programs/scaling.js', import.meta.url))
const GIB = 1 << 30

/** What one process says of its run. */
interface Run {
  readonly seconds: number
  readonly peakRssMiB: number
  readonly answer: string
}

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    gib: { type: 'string', default: '20' },
    only: { type: 'string', default: 'input,executors,partitions,shuffle' },
  },
})
const { data } = values
if (data === undefined)
  throw new Error('--data FOLDER says where the texts of the workloads are kept')
if (!existsSync(join(data, 'b.txt'))) {
  spawnSync(process.execPath, [join(peersFolder, 'gen.mjs'), data], { stdio: 'inherit' })
}
const folder = mkdtempSync(join(data, 'scaling-'))
const parts: Readonly<Record<string, () => void>> = {
  input,
  executors,
  partitions,
  shuffle,
}
try {
  for (const name of values.only.split(',')) parts[name]?.()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Word count over 1 GiB and more: seconds for each GiB should stay as they are, and memory too. */
function input(): void {
  const most = Number(values.gib)
  console.log('\nword count, local[2]: GiB  seconds  seconds/GiB  peak RSS MiB')
  for (const gib of [1, 2, 5, 10, 20].filter(size => size <= most)) {
    const { seconds, peakRssMiB } = run('local[2]', 'words', corpus(gib), 0)
    console.log(row(gib, seconds.toFixed(2), (seconds / gib).toFixed(3), peakRssMiB))
  }
}

function executors(): void {
  const path = corpus(2)
  const one = run('local[1]', 'words', path, 0)
  const two = run('local[2]', 'words', path, 0)
  const ratio = (one.seconds / two.seconds).toFixed(2)
  console.log(
    `\n2 GiB: one executor ${one.seconds.toFixed(2)} s, two ${two.seconds.toFixed(2)} s: ${ratio} ×`,
  )
}

function partitions(): void {
  const path = corpus(1)
  const few = run('local[2]', 'words', path, 8)
  const many = run('local[2]', 'words', path, 10_000)
  if (few.answer !== many.answer) throw new Error(`${few.answer} ≠ ${many.answer}`)
  const ratio = (many.seconds / few.seconds).toFixed(2)
  console.log(
    `\n1 GiB: 8 partitions ${few.seconds.toFixed(2)} s, 10,000 ${many.seconds.toFixed(2)} s: ${ratio} ×`,
  )
}

function shuffle(): void {
  const few = run('local[2]', 'shuffle', '', 8)
  const many = run('local[2]', 'shuffle', '', 500)
  if (few.answer !== many.answer) throw new Error(`${few.answer} ≠ ${many.answer}`)
  const told = ({ seconds, peakRssMiB }: Run): string =>
    `${seconds.toFixed(2)} s, ${peakRssMiB} MiB`
  console.log(`\n10 M pairs grouped: 8 × 8 partitions ${told(few)}; 500 × 500 ${told(many)}`)
}

/** A folder with about so many GiB of text. */
function corpus(gib: number): string {
  const text = join(folder, '..', 'b.txt')
  const copies = Math.round((gib * GIB) / statSync(text).size)
  const path = join(folder, `${gib}`)
  mkdirSync(path, { recursive: true })
  for (let i = 0; i < copies; i++) {
    const link = join(path, `b-${String(i).padStart(4, '0')}.txt`)
    if (statSync(link, { throwIfNoEntry: false }) === undefined) linkSync(text, link)
  }
  return path
}

function run(master: string, what: string, path: string, minPartitions: number): Run {
  const given = [program, master, what, path, `${minPartitions}`]
  const output = execFileSync(process.execPath, given, { encoding: 'utf8', maxBuffer: 1 << 20 })
  return JSON.parse(output.trim().split('\n').at(-1)!) as Run
}

function row(...cells: readonly (number | string)[]): string {
  return cells.map(cell => String(cell).padStart(12)).join('')
}
