import { readdirSync } from 'node:fs'
import { Readable } from 'node:stream'
import { expect } from 'chai'
import { type SimSparkError, SparkContext } from '../../../driver/index.ts'
import { TestFolder } from '../publib/datasource/folder.ts'

describe('sc.fromStream', function () {
  this.timeout(20_000)
  let sc: SparkContext
  before(async () => {
    sc = await SparkContext.getOrCreate({ master: 'local[2]', appName: 'streams' })
  })
  after(async () => {
    await sc.stop()
    folder.remove()
  })
  const folder = new TestFolder()

  async function* numbers(count: number, onEnd: () => void = () => {}): AsyncGenerator<number> {
    try {
      for (let i = 0; i < count; i++) yield i
    } finally {
      onEnd()
    }
  }

  async function failure(promise: Promise<unknown>): Promise<SimSparkError> {
    try {
      await promise
    } catch (error) {
      return error as SimSparkError
    }
    throw new Error('it did not reject')
  }

  it('gives the elements in their order, to each action the same, and reads once', async () => {
    let ends = 0
    const rdd = sc.fromStream(
      numbers(10_000, () => ends++),
      { partitionElements: 3000 },
    )
    expect(ends).to.equal(0)
    expect(await rdd.getNumPartitions()).to.equal(4)
    expect(await rdd.collect()).to.deep.equal(Array.from({ length: 10_000 }, (_, i) => i))
    expect(
      await rdd
        .glom()
        .map(part => part.length)
        .collect(),
    ).to.deep.equal([3000, 3000, 3000, 1000])
    expect(await rdd.map(x => x * 2).sum()).to.equal(99_990_000)
    expect(ends).to.equal(1)
  })

  it('takes Node streams, web streams, and any values that can travel', async () => {
    const values = [{ a: 1 }, 'x', null, new Uint8Array([1]), new Map([[1, 2]])]
    expect(await sc.fromStream(Readable.from(['a', 'b'])).collect()).to.deep.equal(['a', 'b'])
    const web = Readable.toWeb(Readable.from(['c'])) as AsyncIterable<string>
    expect(await sc.fromStream(web).collect()).to.deep.equal(['c'])
    const mixed = Readable.from(values.filter(value => value !== null))
    expect(await sc.fromStream(mixed).count()).to.equal(4)
    expect(await sc.fromStream(numbers(0)).collect()).to.deep.equal([])
  })

  it('chooses partitions from bytes', async () => {
    const chunks = Readable.from(Array.from({ length: 200 }, (_, i) => Buffer.alloc(65_536, i)))
    const rdd = sc.fromStream(chunks as AsyncIterable<Buffer>)
    expect(await rdd.getNumPartitions()).to.equal(4)
    expect(await rdd.map(chunk => chunk[7]! + chunk.length).sum()).to.equal(200 * 65_536 + 19_900)
  })

  it('does not read ahead of what it writes', async () => {
    let made = 0
    const source = (async function* () {
      for (; made < 50_000; made++) yield { made, text: 'x'.repeat(100) }
    })()
    const rdd = sc.fromStream(source)
    expect(made).to.equal(0)
    expect(await rdd.map(({ made: i }) => i).max()).to.equal(49_999)
  })

  it('fails with the error of the source, and is not read a second time', async () => {
    const source = (async function* () {
      yield 1
      throw new Error('the line is dead')
    })()
    const rdd = sc.fromStream(source)
    const first = await failure(rdd.count())
    expect(first.code).to.equal('FILE_UNREADABLE')
    expect(first.message).to.contain('the line is dead')
    expect(first.callSite?.file).to.contain('from-stream.test')
    const second = await failure(rdd.count())
    expect(second.message).to.contain('cannot be read again')
  })

  it('is given up with the action that reads it, though its source never ends', async () => {
    let isClosed = false
    const endless = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<number>>(() => {}),
        return: async () => {
          isClosed = true
          return { done: true as const, value: undefined }
        },
      }),
    }
    const abort = new AbortController()
    const counting = failure(sc.fromStream(endless).count({ signal: abort.signal }))
    await Promise.resolve()
    setImmediate(() => abort.abort(new Error('enough')))
    expect((await counting).code).to.be.oneOf(['FILE_UNREADABLE', 'JOB_CANCELLED'])
    expect(isClosed).to.equal(true)
  })

  it('names an element that cannot travel', async () => {
    const source = Readable.from([1, Symbol('s')] as unknown[]) as AsyncIterable<number>
    expect((await failure(sc.fromStream(source).count())).code).to.equal('VALUE_NOT_ENCODABLE')
  })

  it('refuses what is no stream, and partitions of no elements, at the call', () => {
    expect(() => sc.fromStream([1] as unknown as AsyncIterable<number>)).to.throw(/async iterable/)
    expect(() => sc.fromStream(numbers(1), { partitionElements: 0 })).to.throw(/partitionElements/)
  })

  it('leaves no file behind when the context stops', async () => {
    await sc.stop()
    const conf = { 'simspark.local.dir': folder.path }
    sc = await SparkContext.getOrCreate({ master: 'local[2]', appName: 'streams', conf })
    await sc.fromStream(numbers(10)).count()
    expect(Object.keys(folder.contents()).some(name => name.includes('/stream-'))).to.equal(true)
    await sc.stop()
    expect(readdirSync(folder.path)).to.deep.equal([])
  })
})
