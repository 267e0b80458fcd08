import { SeededRandom } from '#publib/util'
import { type RDD, SparkContext } from '../../../driver/index.ts'
import { assertExactly } from '../../support/property.ts'
import { jsonTexts } from '../publib/codegen/json-texts.ts'
import { TestFolder } from '../publib/datasource/folder.ts'

// biome-ignore lint/suspicious/noExplicitAny: records are whatever the file holds
type Rows = RDD<any>
type Program = readonly [name: string, run: (rows: Rows) => Promise<unknown>]

const ofDocuments: readonly Program[] = [
  [
    'some fields',
    rows =>
      rows
        .filter(r => r.n > 2)
        .map(r => [r.a, r.id])
        .collect(),
  ],
  ['nested ones', rows => rows.map(r => [r.o.x, r.o.y.z + 1]).collect()],
  ['texts', rows => rows.map(({ name }) => `${name}!`.length + name.length).collect()],
  ['a filter and a count', rows => rows.filter(r => r.a).count()],
  ['all, counted', rows => rows.count()],
  ['all', rows => rows.collect()],
  [
    'sums by key',
    rows =>
      rows
        .map(r => [r.name, [1, r.n]] as [string, number[]])
        .reduceByKey((a, b) => [a[0]! + b[0]!, a[1]! + b[1]!])
        .sortByKey()
        .collect(),
  ],
  [
    'values',
    rows =>
      rows
        .keyBy(r => r.name)
        .mapValues(r => r.n)
        .values()
        .collect(),
  ],
  ['opaque functions', rows => rows.map(r => Object.keys(r).join()).collect()],
  ['a few', rows => rows.map(r => r.a).take(3)],
  [
    'records again',
    rows =>
      rows
        .map(({ a, n }) => ({ a, n }))
        .filter(r => r.n !== 3)
        .collect(),
  ],
  [
    'cached',
    rows =>
      rows
        .cache()
        .map(r => r.n)
        .collect(),
  ],
  ['sampled', rows => rows.map(r => r.n).takeOrdered(4)],
  ['what may not be there', rows => rows.map(r => (r.a === undefined ? 'none' : r.a)).collect()],
]

const ofRows: readonly Program[] = [
  [
    'some fields',
    rows =>
      rows
        .filter(r => r.a !== 'x')
        .map(r => [r.c, r.b])
        .collect(),
  ],
  ['numbers', rows => rows.map(r => Number(r.n) * 2).collect()],
  ['a filter of numbers', rows => rows.filter(r => Number(r.n) > 3 && r.b !== null).count()],
  ['all', rows => rows.collect()],
  ['all, counted', rows => rows.count()],
  ['cases', rows => rows.map(r => `${r.a}`.toUpperCase()).collect()],
  [
    'by key',
    rows =>
      rows
        .map((r): [string, number] => [r.a, Number(r.n)])
        .reduceByKey((a, b) => a + b)
        .collect()
        .then(all => all.sort()),
  ],
  ['opaque functions', rows => rows.map(r => Object.values(r).join()).collect()],
  [
    'cached',
    rows =>
      rows
        .cache()
        .map(r => r.b)
        .collect(),
  ],
  ['what is not there', rows => rows.map(r => r.none ?? r.a).collect()],
]

const MODES = ['plain', 'loops', 'kernels'] as const

describe('programs on records of files', () => {
  const random = new SeededRandom(Number(process.env['SIMSPARK_TEST_SEED'] ?? 1))
  let folder: TestFolder
  before(() => {
    folder = new TestFolder()
  })
  after(() => folder.remove())

  const pick = (cells: readonly string[]): string => cells[random.below(cells.length)]!

  function csvText(): string {
    const isOdd = random.below(2) === 0
    const end = pick(['\n', '\r\n'])
    const plain = ['x', 'Oslo', '', '12', '"q"', '"a, b"']
    const cells = isOdd ? [...plain, '"say ""no"""', '"two\nlines"', 'é', '""'] : plain
    const lines = Array.from({ length: 1 + random.below(300) }, () => {
      const number = pick(['1', '2.5', '-7', '', '1e3', '12345678901234567890', 'x'])
      return [pick(cells), pick(cells), number, pick(cells)].join(',')
    })
    if (random.below(3) === 0)
      lines.splice(random.below(lines.length), 0, pick(['', 'a,b', 'a"b,,1,']))
    return ['a,b,n,c', ...lines].join(end) + (random.below(2) === 0 ? end : '')
  }

  function jsonText(): string {
    const lines = jsonTexts(1 + random.below(300), random)
    if (random.below(3) === 0)
      lines.splice(random.below(lines.length), 0, pick(['', '  ', '7', '[]']))
    return `${lines.map(line => line.replaceAll('\n', '')).join('\n')}\n`
  }

  async function outcomes(mode: string, paths: readonly string[]): Promise<Map<string, unknown>> {
    const conf = { 'simspark.codegen.mode': mode, 'simspark.task.maxFailures': 1 } as const
    const sc = await SparkContext.getOrCreate({ master: 'local[2]', appName: mode, conf })
    const found = new Map<string, unknown>()
    try {
      for (const path of paths) {
        const isJson = path.endsWith('.jsonl')
        for (const [name, run] of isJson ? ofDocuments : ofRows) {
          const count = sc.longAccumulator('malformed')
          const options = { minPartitions: 2, malformed: count }
          const sources: Record<string, Rows> = isJson
            ? {
                jsonLines: sc.jsonLines(path, options),
                textFile: sc.textFile(path, 2).map(line => JSON.parse(line)),
              }
            : { csv: sc.csv(path, options) }
          for (const [source, rows] of Object.entries(sources)) {
            found.set(`${source} of ${path}: ${name}`, await run(rows).catch(failureOf))
          }
          found.set(`malformed of ${path}: ${name}`, name === 'a few' ? 0 : count.value)
        }
      }
    } finally {
      await sc.stop()
    }
    return found
  }

  it('give the same in every tier', async () => {
    const files = Number(process.env['SIMSPARK_TEST_RUNS'] ?? 4)
    const paths = Array.from({ length: files }, (_, i) =>
      i % 2 === 0 ? folder.write(`${i}.csv`, csvText()) : folder.write(`${i}.jsonl`, jsonText()),
    )
    const [plain, ...others] = MODES
    const expected = await outcomes(plain, paths)
    for (const mode of others) {
      const found = await outcomes(mode, paths)
      for (const [name, outcome] of expected) {
        assertExactly(found.get(name), outcome, `${mode}, ${name}`)
      }
    }
  }).timeout(120_000)
})

/** Of several that would fail, another one may fail first. */
function failureOf(error: unknown): string {
  return `failed: ${(error as { code?: string }).code}`
}
