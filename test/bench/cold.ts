import { join } from 'node:path'
import { peersFolder, simspark } from './engines.ts'
import { type Figure, median } from './measure.ts'
import { runOnce } from './one-process.ts'

/** Whole processes, from exec to exit, in turn: the sum of a million numbers, ours in local[2] and a plain loop; then a whole cluster. */
export async function coldFigures(runs: number): Promise<Figure[]> {
  const ours = simspark().command('W2', '')
  const plain = [process.execPath, join(peersFolder, 'node/bench.mjs'), 'W2', '']
  const cluster = simspark().command('W13', '')
  const times = { ours: [] as number[], plain: [] as number[], cluster: [] as number[] }
  for (let run = 0; run < runs * 2; run++) {
    times.plain.push(await wallS(plain))
    times.ours.push(await wallS(ours))
    if (run % 2 === 0) times.cluster.push(await wallS(cluster))
  }
  const [our, theirs] = [median(times.ours), median(times.plain)]
  return [
    { name: 'sum of a million numbers, local[2], exec to exit', value: our, unit: 's' },
    {
      name: 'ours ÷ a plain loop in Node, exec to exit',
      value: our / theirs,
      unit: '×',
      target: 1.6,
    },
    {
      name: 'nothing → master and two workers → first result',
      value: median(times.cluster),
      unit: 's',
    },
  ]
}

async function wallS(command: readonly string[]): Promise<number> {
  const { printed, wallS: seconds, error } = await runOnce(command, { BENCH_RUNS: '1' }, 60)
  if (error !== undefined) throw new Error(`${command.join(' ')}: ${error}`)
  return printed.total_s ?? seconds
}
