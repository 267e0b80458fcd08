import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'chai'
import { type SimSparkError, SparkContext } from '../../../driver/index.ts'
import { hasZstd } from '../../../publib/datasource/codecs/zlib-codec.ts'
import { TestFolder } from '../publib/datasource/folder.ts'

describe('Parquet', function () {
  this.timeout(30_000)
  let sc: SparkContext
  let folder: TestFolder
  before(async () => {
    sc = await SparkContext.getOrCreate({ master: 'local[2]', appName: 'parquet' })
  })
  after(() => sc.stop())
  beforeEach(() => {
    folder = new TestFolder()
  })
  afterEach(() => folder.remove())

  async function failure(promise: Promise<unknown>): Promise<string> {
    try {
      await promise
    } catch (thrown) {
      const error = thrown as SimSparkError
      const cause = error.cause as SimSparkError | undefined
      return `${error.code} ${error.message} ${cause?.code ?? ''} ${cause?.message ?? ''}`
    }
    return 'no error'
  }

  const schema = {
    ...({ i: 'int', l: 'long', f: 'float', d: 'double', b: 'boolean' } as const),
    ...({ s: 'string', day: 'date', at: 'timestamp', x: 'binary' } as const),
  }
  const row = {
    ...{ i: -5, l: 9007199254740993n, f: 0.5, d: 0.1, b: true, s: 'é\n' },
    ...{ day: new Date('2024-02-29'), at: new Date(1.7e12 + 1), x: new Uint8Array([1, 0, 255]) },
  }
  const nothing = Object.fromEntries(Object.keys(row).map(name => [name, null]))

  for (const codec of [
    'none',
    'snappy',
    'gzip',
    'brotli',
    'lz4',
    ...(hasZstd ? (['zstd'] as const) : []),
  ] as const) {
    it(`comes back as it was, every type and null: ${codec}`, async () => {
      const path = folder.join('out')
      const rows = [row, nothing as unknown as typeof row, { ...row, s: '' }]
      await sc.parallelize(rows, 2).saveAsParquet(path, { codec, schema })
      expect(Object.keys(folder.contents()).sort()).to.deep.equal([
        'out/_SUCCESS',
        'out/_manifest.json',
        'out/part-00000.parquet',
        'out/part-00001.parquet',
      ])
      const read = await sc.parquet(path).collect()
      expect(
        read.map(one => ({ ...one, x: one['x'] && [...(one['x'] as Uint8Array)] })),
      ).to.deep.equal(rows.map(one => ({ ...one, x: one.x && [...one.x] })))
    })
  }

  it('finds types from the rows: numbers are doubles, what is not plain is JSON', async () => {
    const rows = [
      { n: 1, s: 'a', tags: ['x', 'y'], at: new Date(0), none: null },
      { n: 0.5, s: 'b', tags: { k: 1 }, at: null, none: null },
    ]
    await sc.parallelize(rows as object[], 1).saveAsParquet(folder.join('out'))
    expect(await sc.parquet(folder.join('out')).collect()).to.deep.equal(rows)
  })

  const numbers = Array.from({ length: 10_000 }, (_, i) => ({
    id: i,
    text: `text ${i}`,
    even: i % 2 === 0,
  }))

  async function saveNumbers(): Promise<string> {
    const path = folder.join('numbers')
    await sc.parallelize(numbers, 2).saveAsParquet(path, {
      rowGroupBytes: 20_000,
      schema: { id: 'int', text: 'string', even: 'boolean' },
    })
    return path
  }

  it('reads columns and rows that are asked for, and no row groups that cannot hold one', async () => {
    const path = await saveNumbers()
    const all = sc.parquet(path, { minPartitions: 4 })
    expect(await all.count()).to.equal(10_000)
    expect(await all.getNumPartitions()).to.be.within(4, 8)
    const some = sc.parquet<{ id: number; text: string }>(path, {
      columns: ['text'],
      filter: { id: { gte: 4990, lt: 5010 } },
    })
    const expected = numbers.slice(4990, 5010).map(({ text }) => ({ text }))
    expect(await some.collect()).to.deep.equal(expected)
    const chosen = sc.parquet<{ id: number }>(path, {
      columns: ['id'],
      filter: { id: { in: [3, 7777, -1] } },
    })
    expect(await chosen.map(({ id }) => id).collect()).to.deep.equal([3, 7777])
    const none = sc.parquet<{ id: number }>(path, { filter: { id: { gt: 20_000 } } })
    expect(await none.getNumPartitions()).to.equal(0)
    expect(await none.collect()).to.deep.equal([])
  })

  it('compares with dates and bigints, and null meets no bound but null', async () => {
    const path = folder.join('out')
    const rows = [row, { ...row, l: 5n, at: new Date(0) }, nothing as unknown as typeof row]
    await sc.parallelize(rows, 1).saveAsParquet(path, { schema })
    const ids = (filter: object): Promise<unknown[]> =>
      sc
        .parquet<Record<string, unknown>>(path, { filter })
        .map(one => one['l'])
        .collect()
    expect(await ids({ at: { gt: new Date(1) } })).to.deep.equal([row.l])
    expect(await ids({ at: { eq: new Date(0) } })).to.deep.equal([5n])
    expect(await ids({ l: { lte: 5n } })).to.deep.equal([5n])
    expect(await ids({ l: { eq: 5 } })).to.deep.equal([5n])
    expect(await ids({ l: { eq: null } })).to.deep.equal([null])
  })

  it('names a column that is not there, with those that are', async () => {
    const path = await saveNumbers()
    const text = await failure(sc.parquet(path, { columns: ['nmae'] }).collect())
    expect(text).to.match(/INVALID_ARGUMENT.*no column "nmae".*it has id, text, even/s)
  })

  it('names a value that its column cannot hold', async () => {
    const saving = sc
      .parallelize([{ a: 1.5 }], 1)
      .saveAsParquet(folder.join('out'), { schema: { a: 'int' } })
    expect(await failure(saving)).to.match(
      /VALUE_NOT_ENCODABLE.*Column "a" holds values of type int.*1\.5/s,
    )
    expect(folder.contents()).to.deep.equal({})
  })

  it('DAT-43: a footer that is no footer is an error of the file, and nothing is allocated from it', async () => {
    const path = await saveNumbers()
    const good = readFileSync(`${path}/part-00000.parquet`)
    const footers: readonly (readonly [string, Buffer])[] = [
      ['magic only', Buffer.from('PAR1')],
      ['nothing', Buffer.alloc(0)],
      ['text', Buffer.from('no parquet at all')],
      ...[good.length, -1, 2 ** 31 - 1].map(size => {
        const bytes = Buffer.from(good)
        bytes.writeInt32LE(size, bytes.length - 8)
        return [`length ${size}`, bytes] as const
      }),
      ['cut', good.subarray(0, good.length >> 1)],
    ]
    for (const [name, bytes] of footers) {
      const text = await failure(sc.parquet(folder.write('bad.parquet', bytes)).collect())
      expect(text, name).to.match(/CORRUPT_FILE.*bad\.parquet/)
    }
  })

  it('DAT-44: damaged pages are errors of their file, where the reader can tell: it does not look at checksums of pages', async () => {
    const path = await saveNumbers()
    const good = readFileSync(`${path}/part-00000.parquet`)
    let told = 0
    for (let at = 4; at < 4000; at += 131) {
      const bytes = Buffer.from(good)
      bytes.fill(0xff, at, at + 40)
      writeFileSync(folder.join('bad.parquet'), bytes)
      const text = await failure(sc.parquet(folder.join('bad.parquet')).count())
      expect(text).to.match(/no error|CORRUPT_FILE.*bad\.parquet/)
      if (text !== 'no error') told++
    }
    expect(told).to.be.greaterThan(0)
  })

  it('adds to what is there, and saves no rows as a file that can be read', async () => {
    const path = folder.join('out')
    const save = (rows: { a: number }[], mode: 'error' | 'append'): Promise<void> =>
      sc.parallelize(rows, 1).saveAsParquet(path, { mode, schema: { a: 'int' } })
    await save([{ a: 1 }], 'error')
    await save([{ a: 2 }], 'append')
    await save([], 'append')
    const read = sc.parquet<{ a: number }>(path).map(({ a }) => a)
    expect((await read.collect()).sort()).to.deep.equal([1, 2])
  })

  it('refuses options that mean nothing, at the call', async () => {
    expect(() => sc.parquet('x', { columns: 'a' as never })).to.throw(/columns/)
    expect(() => sc.parquet('x', { filter: { a: { above: 1 } } as never })).to.throw(/filter\.a/)
    expect(() => sc.parquet('x', { codec: 'gzip' })).to.throw(/codec/)
    const saving = sc.parallelize([{ a: 1 }]).saveAsParquet(folder.join('out'), 'bzip2')
    expect(await failure(saving)).to.match(/INVALID_ARGUMENT.*codec/)
  })
})
