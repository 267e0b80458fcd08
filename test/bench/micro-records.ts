import type { Kernels, Texts } from '#publib/kernels'
import type { MicroBenchmark } from './micro-kernels.ts'

const ROWS = 100_000
const CITIES = ['Oslo', 'Lima', 'New York', 'Tokyo']
/** Read at once, as a source does. */
const CHUNK = 1 << 17

interface Row {
  readonly id: number
  readonly name: string
  readonly email: string
  readonly age: number
  readonly score: number
  readonly active: boolean
  readonly city: string
}

function rows(): Row[] {
  return Array.from({ length: ROWS }, (_, id) => {
    const mixed = Math.imul(id + 1, 2654435761) >>> 0
    const city = CITIES[mixed % CITIES.length]!
    const name = `n${mixed % 9973}, m${mixed % 7919}`
    const score = (mixed % 1_000_000) / 10_000
    return { id, name, email: `${id}@x.org`, age: mixed % 80, score, active: mixed % 3 > 0, city }
  })
}

/** Kernels that read records, and how a user's loop would read the same lines. */
export function recordBenchmarks(k: Kernels): MicroBenchmark[] {
  const all = rows()
  const json = all.map(row => JSON.stringify(row))
  const csv = all.map(
    row => `${row.id},"${row.name}",${row.email},${row.age},${row.score},${row.city}`,
  )
  return [jsonBenchmark(k, json), csvBenchmark(k, csv)]
}

function jsonBenchmark(k: Kernels, lines: readonly string[]): MicroBenchmark {
  const texts = chunksOf(lines).map((bytes): Texts => k.splitLines(bytes))
  const paths = [['active'], ['score'], ['city']]
  return {
    ...{ name: 'three fields of seven of JSON, a line', rows: lines.length },
    ours: () => {
      for (const each of texts) k.scope(() => k.jsonFields(each, paths))
    },
    plain: () =>
      lines.map(line => {
        const { active, score, city } = JSON.parse(line) as Row
        return active && score > 50 ? city : undefined
      }),
  }
}

function csvBenchmark(k: Kernels, lines: readonly string[]): MicroBenchmark {
  const chunks = chunksOf(lines)
  const characters = { delimiter: 44, quote: 34, comment: -1 }
  const room = k.allocate(CHUNK * 4)
  const ends = new Uint32Array(room.buffer, room.byteOffset, CHUNK)
  return {
    ...{ name: 'two fields of six of CSV, a line', rows: lines.length },
    ours: () => {
      for (const bytes of chunks) {
        k.scope(() => {
          const grid = k.csvGrid(bytes, bytes.length, characters, true, 6, ends)!
          k.csvCells(bytes, grid, 3, characters.quote)
          k.csvCells(bytes, grid, 5, characters.quote)
        })
      }
    },
    // A user's quick way, which takes the comma in the quotes for one between fields.
    plain: () =>
      lines.map(line => {
        const fields = line.split(',')
        return [fields[4], fields[6]]
      }),
  }
}

/** Whole lines, some at a time. */
function chunksOf(lines: readonly string[]): Uint8Array[] {
  const text = Buffer.from(`${lines.join('\n')}\n`)
  const chunks: Uint8Array[] = []
  for (let at = 0; at < text.length; ) {
    const end = text.lastIndexOf(10, at + CHUNK - 1) + 1
    chunks.push(text.subarray(at, end))
    at = end
  }
  return chunks
}
