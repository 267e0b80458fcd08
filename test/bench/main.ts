/**
 * Measures and prints; losses too. `npm run bench [-- --only word-count,cluster] [--runs N] [--quick]`.
 * Ratios come from one run, program after program in turn: these are what counts on a shared machine.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { clusterFigures } from './cluster.ts'
import { type Figure, show } from './measure.ts'
import { wordCountFigures } from './word-count.ts'

const groups: Readonly<Record<string, (runs: number) => Promise<Figure[]>>> = {
  'word-count': wordCountFigures,
  cluster: clusterFigures,
}

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    runs: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
  },
})
const only = options.only?.split(',') ?? Object.keys(groups)
const runs = options.quick ? 2 : Number(options.runs)
const [cpu] = cpus()
console.log(
  `${new Date().toISOString()}  Node ${process.versions.node}  ${cpus().length} × ${cpu?.model}`,
)
for (const name of only) {
  const group = groups[name]
  if (group === undefined)
    throw new Error(`no figures called ${name}: ${Object.keys(groups).join(', ')}`)
  console.log(`\n${name}`)
  for (const figure of await group(runs)) console.log(`  ${show(figure)}`)
}
