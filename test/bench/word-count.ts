import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeDemoText } from '../../driver/examples/demo-text.ts'
import { type Figure, median, program } from './measure.ts'

const here = (name: string) => fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url))

/** Word count of the demo text, whole processes in turn: ours in local[2] against plain single-thread programs. */
export async function wordCountFigures(runs: number): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'simspark-bench-'))
  try {
    const path = join(folder, 'text.txt')
    await writeDemoText(path, 20_000_000)
    const names = ['word-count-simspark', 'word-count-plain', 'word-count-read-file']
    const times = new Map<string, number[]>(names.map(name => [name, []]))
    const answers = new Set<string>()
    for (let run = 0; run < runs; run++) {
      for (const name of names) {
        const { ms, output } = await program(here(name), [path])
        times.get(name)?.push(ms)
        answers.add(output)
      }
    }
    if (answers.size !== 1) throw new Error(`the answers differ: ${[...answers].join(' and ')}`)
    const [ours, lines, whole] = names.map(name => median(times.get(name) ?? []))
    return [
      {
        name: 'word count of 20 MB, local[2], whole process',
        value: (ours ?? 0) / 1000,
        unit: 's',
      },
      {
        name: 'ours ÷ plain Node (readline)',
        value: (ours ?? 0) / (lines ?? 1),
        unit: '×',
        target: 1.5,
      },
      {
        name: 'ours ÷ plain Node (readFileSync)',
        value: (ours ?? 0) / (whole ?? 1),
        unit: '×',
        target: 1.5,
      },
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
