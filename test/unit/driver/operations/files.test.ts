import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { SparkContext } from '../../../../driver/index.ts'
import { rejection, thrown } from '../../../support/rejection.ts'
import { useTempFolder } from '../../../support/temp-folder.ts'

describe('text files', () => {
  const folder = useTempFolder()
  let sc: SparkContext
  beforeEach(async () => {
    sc = await SparkContext.getOrCreate({ master: 'local' })
  })
  afterEach(() => sc.stop())

  it('are read line by line, however they are split', async () => {
    const path = join(folder(), 'a.txt')
    const lines = Array.from({ length: 500 }, (_, i) => `lïne ${i}`)
    await writeFile(path, lines.join('\r\n'))
    for (const splits of [1, 2, 7]) {
      const rdd = sc.textFile(path, splits)
      expect(await rdd.getNumPartitions()).to.be.at.least(splits)
      expect(await rdd.collect()).to.deep.equal(lines)
    }
  })

  it('count their words', async () => {
    const path = join(folder(), 'a.txt')
    await writeFile(path, 'a b a\nc a\n')
    const counts = sc
      .textFile(path)
      .flatMap(line => line.split(' '))
      .map(word => [word, 1])
      .reduceByKey((a, b) => a + b)
    expect((await counts.collectAsMap()).get('a')).to.equal(3)
  })

  it('are saved whole, with a manifest, and read again', async () => {
    const out = join(folder(), 'out')
    for (const codec of ['none', 'gzip'] as const) {
      await sc.range(0, 10, 1, 3).saveAsTextFile(out, { codec, mode: 'overwrite' })
      const names = await readdir(out)
      expect(names).to.include.members(['_SUCCESS', '_manifest.json'])
      expect(names.filter(name => name.startsWith('part-'))).to.have.length(3)
      const again = await sc.textFile(out).map(Number).collect()
      expect(again).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    }
  })

  it('are not touched by a job that fails', async () => {
    const out = join(folder(), 'out')
    await sc.parallelize(['kept'], 1).saveAsTextFile(out)
    const broken = sc.parallelize(['new'], 1).map(() => {
      throw new Error('no')
    })
    const error = await rejection(broken.saveAsTextFile(out, { mode: 'overwrite' }))
    expect(error.code).to.equal('TASK_FAILED')
    expect(await readFile(join(out, 'part-00000'), 'utf8')).to.equal('kept\n')
    expect(await readdir(folder())).to.deep.equal(['out'])
  })

  it('name the path, and the line of the call, where something is in the way', async () => {
    const out = join(folder(), 'out')
    await sc.range(1).saveAsTextFile(out)
    const exists = await rejection(sc.range(1).saveAsTextFile(out))
    expect([exists.code, exists.callSite?.file.endsWith('files.test.ts')]).to.deep.equal([
      'OUTPUT_EXISTS',
      true,
    ])
    const same = sc.textFile(out).saveAsTextFile(out, { mode: 'overwrite' })
    expect((await rejection(same)).code).to.equal('OUTPUT_REFUSED')
    const missing = await rejection(sc.textFile(join(folder(), 'nothing')).count())
    expect([missing.code, missing.callSite?.file.endsWith('files.test.ts')]).to.deep.equal([
      'PATH_NOT_FOUND',
      true,
    ])
    expect(thrown(() => sc.textFile('ftp://x/y')).code).to.equal('PATH_REFUSED')
    expect(thrown(() => sc.textFile(3 as never)).code).to.equal('INVALID_ARGUMENT')
    expect(thrown(() => sc.textFile(out, 0)).code).to.equal('INVALID_ARGUMENT')
    const codec = await rejection(sc.range(1).saveAsTextFile(join(folder(), 'z'), 'rar' as never))
    expect(codec.code).to.equal('CODEC_UNAVAILABLE')
  })
})
