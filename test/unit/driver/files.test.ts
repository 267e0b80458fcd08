import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { SparkContext } from '../../../driver/index.ts'
import { TestFolder } from '../publib/datasource/folder.ts'

describe('files in and out', function () {
  this.timeout(20_000)
  let sc: SparkContext
  let folder: TestFolder
  before(async () => {
    sc = await SparkContext.getOrCreate({ master: 'local[2]', appName: 'files' })
    folder = new TestFolder()
  })
  after(async () => {
    await sc.stop()
    folder.remove()
  })

  const failure = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'no error',
      (error: Error) => `${error.message} ${String(error.cause)}`,
    )

  it('JSON lines come back as they were', async () => {
    const rows = [{ a: 1, s: 'x\ny' }, { a: null }, [1, 'é']]
    const path = folder.join('json')
    await sc.parallelize(rows, 2).saveAsJsonLines(path, 'gzip')
    expect(await sc.jsonLines(path).collect()).to.deep.equal(rows)
    expect(await failure(sc.parallelize([1n]).saveAsJsonLines(folder.join('no')))).to.match(
      /cannot be written as JSON/,
    )
    expect(await failure(sc.parallelize([undefined]).saveAsJsonLines(folder.join('no')))).to.match(
      /cannot be written as JSON: undefined/,
    )
  })

  it('CSV comes back as it was: quotes, line ends, null and the empty text', async () => {
    const rows = [
      { id: '1', text: 'a,"b"\nc' },
      { id: '2', text: '' },
      { id: null, text: 'é' },
    ]
    const path = folder.join('csv')
    await sc.parallelize(rows, 3).saveAsCsv(path)
    expect(await sc.csv(path).collect()).to.deep.equal(rows)
    expect(readFileSync(`${path}/part-00000`, 'utf8')).to.equal('id,text\n1,"a,""b""\nc"\n')
  })

  it('CSV takes columns by name, arrays by position, and defuses formulas if asked', async () => {
    const made = sc.parallelize([{ b: 2, a: '=1+1', c: -3 }], 1)
    const options = { columns: ['a', 'c'], delimiter: ';', escapeFormulas: true }
    await made.saveAsCsv(folder.join('named'), options)
    expect(readFileSync(folder.join('named/part-00000'), 'utf8')).to.equal("a;c\n'=1+1;-3\n")
    const rows = sc.parallelize([[new Date(0), { x: 1 }, true]] as object[][], 1)
    await rows.saveAsCsv(folder.join('arrays'))
    expect(readFileSync(folder.join('arrays/part-00000'), 'utf8')).to.equal(
      '1970-01-01T00:00:00.000Z,"{""x"":1}",true\n',
    )
  })

  it('object files hold any value that can travel', async () => {
    const values = [new Map([[1, { d: new Date(5) }]]), undefined, -0, 10n, 'x', Number.NaN]
    const path = folder.join('objects')
    await sc.parallelize(values as never[], 3).saveAsObjectFile(path, 'brotli')
    expect(await sc.objectFile(path).collect()).to.deep.equal(values)
    const other = folder.write('other', 'these are no blocks, these are no blocks')
    expect(await failure(sc.objectFile(other).count())).to.match(/no block of an object file/)
  })

  it('whole files are elements: as text or as bytes, and small ones share partitions', async () => {
    for (let i = 0; i < 10; i++) folder.write(`whole/${i}.txt`, `\ufefffile ${i}\r\n`)
    const texts = sc.wholeTextFiles(folder.join('whole'), 3)
    expect(await texts.getNumPartitions()).to.be.within(3, 4)
    const [first] = await texts.sortByKey().collect()
    expect(first).to.deep.equal([folder.join('whole/0.txt'), 'file 0\r\n'])
    const bytes = await sc.binaryFiles(folder.join('whole/7.txt')).values().first()
    expect([...bytes.subarray(0, 4)]).to.deep.equal([0xef, 0xbb, 0xbf, 0x66])
  })

  it('records of equal length are read wherever the file is cut, and must fill it', async () => {
    const numbers = Uint32Array.from({ length: 1000 }, (_, i) => i)
    const path = folder.write('records.bin', new Uint8Array(numbers.buffer))
    const records = sc.binaryRecords(path, 4, { minPartitions: 7 })
    const read = await records.map(record => record.readUInt32LE(0)).collect()
    expect(read).to.deep.equal([...numbers])
    expect(await failure(sc.binaryRecords(path, 3).count())).to.match(
      /its record at byte 3999 has 1 bytes, and records have 3/,
    )
  })
})
