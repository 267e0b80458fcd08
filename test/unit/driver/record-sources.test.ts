import { expect } from 'chai'
import { SimSparkError, SparkContext } from '../../../driver/index.ts'
import { TestFolder } from '../publib/datasource/folder.ts'

describe('sc.csv and sc.jsonLines', function () {
  this.timeout(20_000)
  let sc: SparkContext
  let folder: TestFolder
  before(async () => {
    sc = await SparkContext.getOrCreate({ master: 'local[2]', appName: 'records' })
    folder = new TestFolder()
  })
  after(async () => {
    await sc.stop()
    folder.remove()
  })

  it('read rows of a file that several tasks share, with line ends inside quotes', async () => {
    const lines = Array.from(
      { length: 500 },
      (_, i) => `${i},"text\n${i}, ""quoted""",${i % 2 === 0}`,
    )
    const path = folder.write('rows.csv', `id,text,even\n${lines.join('\n')}\n`)
    const rows = sc.csv(path, {
      schema: { id: 'int', text: 'string', even: 'boolean' },
      minPartitions: 7,
    })
    const ids = await rows.filter(row => row.even === true).map(row => row.id ?? -1)
    expect(await ids.sum()).to.equal(62_250)
    expect(await rows.getNumPartitions()).to.equal(7)
    const third = (await rows.take(4))[3]
    expect(third).to.deep.equal({ id: 3, text: 'text\n3, "quoted"', even: false })
  })

  it('take the names from the header, and find types if asked', async () => {
    const path = folder.write('types.csv', 'n,x,b,t\n1,0.5,true,2024-01-01\n2,,false,\n')
    expect(await sc.csv(path).collect()).to.deep.equal([
      { n: '1', x: '0.5', b: 'true', t: '2024-01-01' },
      { n: '2', x: null, b: 'false', t: null },
    ])
    expect(await sc.csv(path, { inferTypes: true }).collect()).to.deep.equal([
      { n: 1, x: 0.5, b: true, t: new Date('2024-01-01T00:00:00Z') },
      { n: 2, x: null, b: false, t: null },
    ])
  })

  it('fail at the action with file and line, or count what they leave out', async () => {
    const path = folder.write('bad.jsonl', '{"a":1}\n{"a":\n{"a":3}\n')
    const error = await sc
      .jsonLines(path)
      .collect()
      .catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(SimSparkError)
    expect(String((error as Error).cause ?? error)).to.match(
      /bad\.jsonl", line 2, byte 8: not JSON/,
    )
    const malformed = sc.longAccumulator('malformed')
    const left = sc.jsonLines<{ a: number }>(path, { mode: 'dropMalformed', malformed })
    expect(await left.map(row => row.a).collect()).to.deep.equal([1, 3])
    expect(malformed.value).to.equal(1)
  })

  it('refuse files whose headers differ', async () => {
    folder.write('parts/a.csv', 'a,b\n1,2\n')
    folder.write('parts/b.csv', 'b,a\n1,2\n')
    const error = await sc
      .csv(folder.join('parts'))
      .collect()
      .catch((thrown: unknown) => thrown)
    expect(String((error as Error).cause ?? error)).to.match(
      /the header names b, a, and that of the first file a, b/,
    )
  })

  it('refuse options that mean nothing, at the call', () => {
    expect(() => sc.csv('x.csv', { delimiter: '||' })).to.throw(/delimiter/)
    expect(() => sc.csv('x.csv', { columns: ['a', 'a'] })).to.throw(/columns/)
    expect(() => sc.csv('x.csv', { columns: ['__proto__'] })).to.throw(/columns/)
    expect(() => sc.csv('x.csv', { schema: { a: 'text' as 'string' } })).to.throw(/schema/)
    expect(() => sc.jsonLines('x', { mode: 'strict' as 'failFast' })).to.throw(/mode/)
    expect(() => sc.jsonLines('x', { columnNameOfCorruptRecord: 'bad' })).to.throw(/permissive/)
  })
})
