import { mkdirSync, symlinkSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { listInputs, planSplits } from '#publib/datasource'
import { realFiles } from '#publib/env'
import type { SimSparkError } from '#publib/util'
import { TestFolder } from './folder.ts'

describe('listing inputs', () => {
  let folder: TestFolder
  beforeEach(() => {
    folder = new TestFolder()
    for (const name of ['b.txt', 'a.txt', '.hidden', '_SUCCESS', 'c.txt.gz'])
      folder.write(`in/${name}`, name)
    folder.write('other/x.log', '12345')
  })
  afterEach(() => folder.remove())

  const names = async (paths: string | readonly string[]): Promise<string[]> =>
    (await listInputs(paths, realFiles)).map(file => file.path.slice(folder.path.length + 1))

  it('gives a file, a folder by name without hidden files, or several paths in their order', async () => {
    const all = ['in/a.txt', 'in/b.txt', 'in/c.txt.gz']
    expect(await names(folder.join('in'))).to.deep.equal(all)
    expect(await names(`${folder.join('in')}/`)).to.deep.equal(all)
    expect(await names([folder.join('other/x.log'), folder.join('in')])).to.deep.equal([
      'other/x.log',
      ...all,
    ])
    expect(await names(folder.join('in/../other//x.log'))).to.deep.equal(['other/x.log'])
    expect(await names(pathToFileURL(folder.join('other/x.log')).href)).to.deep.equal([
      'other/x.log',
    ])
  })

  it('expands patterns, folders among what they match', async () => {
    expect(await names(folder.join('in/*.txt'))).to.deep.equal(['in/a.txt', 'in/b.txt'])
    expect(await names(folder.join('*/{a,x}.*'))).to.deep.equal(['in/a.txt', 'other/x.log'])
    expect(await names(folder.join('o*'))).to.deep.equal(['other/x.log'])
    expect(await names(folder.join('**/*.txt'))).to.deep.equal(['in/a.txt', 'in/b.txt'])
  })

  it('takes a name literally where it is there, whatever it looks like', async () => {
    for (const name of ['a[1].txt', 'what?', 'a,b', "it's 100% #1 \n.txt", '-x', 'ends ']) {
      folder.write(`odd/${name}`, 'x')
      expect(await names(folder.join('odd', name))).to.deep.equal([`odd/${name}`])
    }
  })

  it('tells size and codec', async () => {
    const [file] = await listInputs(folder.join('in/c.txt.gz'), realFiles)
    expect(file).to.include({ size: 8, codec: 'gzip' })
    const [forced] = await listInputs(folder.join('in/a.txt'), realFiles, { codec: 'brotli' })
    expect(forced!.codec).to.equal('brotli')
  })

  it('follows links to files and folders', async () => {
    symlinkSync(folder.join('other'), folder.join('in/../link'))
    symlinkSync(folder.join('other/x.log'), folder.join('in/z.txt'))
    const files = await listInputs(folder.join('in/z.txt'), realFiles)
    expect(files[0]!.size).to.equal(5)
    expect(await names(folder.join('link'))).to.deep.equal(['link/x.log'])
  })

  const refused: readonly (readonly [string, string, string, RegExp])[] = [
    [
      'a path that is not there',
      'in/no/where.txt',
      'PATH_NOT_FOUND',
      /no\/where.*nearest folder that exists is .*\/in"/,
    ],
    ['a pattern that matches nothing', 'in/*.csv', 'PATH_NOT_FOUND', /no file matches/],
    ['a link to nothing', 'dangling', 'PATH_NOT_FOUND', /dangling/],
    ['a loop of links', 'loop', 'PATH_REFUSED', /loop/],
    ['a folder in a folder', 'nested', 'PATH_REFUSED', /nested\/deeper.*a folder in a folder/],
    ['a codec that is not supported', 'old.txt.xz', 'CODEC_UNAVAILABLE', /xz.*not supported/],
  ]
  for (const [name, path, code, message] of refused) {
    it(`refuses ${name}`, async () => {
      symlinkSync(folder.join('nothing'), folder.join('dangling'))
      symlinkSync(folder.join('loop'), folder.join('loop'))
      mkdirSync(folder.join('nested/deeper'), { recursive: true })
      folder.write('old.txt.xz', '')
      const error = await rejectionOf(listInputs(folder.join(path), realFiles))
      expect(error.code).to.equal(code)
      expect(error.message).to.match(message)
    })
  }

  for (const path of ['/dev/zero', 's3://bucket/key', '', 'a\0b']) {
    it(`refuses ${JSON.stringify(path)}`, async () => {
      expect((await rejectionOf(listInputs(path, realFiles))).code).to.equal('PATH_REFUSED')
    })
  }
})

describe('planning splits', () => {
  const file = (path: string, size: number, codec: 'none' | 'gzip' = 'none') => ({
    path,
    size,
    codec,
  })
  const shape = (...args: Parameters<typeof planSplits>): string[] =>
    planSplits(...args).map(split =>
      split.ranges.map(r => `${r.path}:${r.start}-${r.end}`).join(' '),
    )

  it('cuts files into at least the partitions asked for', () => {
    expect(shape([file('a', 100)], 4)).to.deep.equal(['a:0-25', 'a:25-50', 'a:50-75', 'a:75-100'])
    expect(shape([file('a', 100), file('b', 30)], 2)).to.deep.equal([
      'a:0-65',
      'a:65-100',
      'b:0-30',
    ])
    expect(shape([file('a', 10)], 1)).to.deep.equal(['a:0-10'])
  })

  it('leaves no crumbs, does not cut what is compressed, and gives an empty file a split', () => {
    expect(shape([file('a', 107)], 1, { splitBytesMax: 100 })).to.deep.equal(['a:0-107'])
    expect(shape([file('a', 100, 'gzip')], 4)).to.deep.equal(['a:0-100'])
    expect(shape([file('a', 0)], 2)).to.deep.equal(['a:0-0'])
    expect(shape([], 2)).to.deep.equal([])
  })

  it('packs thousands of small files, in their order', () => {
    const files = Array.from({ length: 100_000 }, (_, i) => file(`f${i}`, 10))
    const splits = planSplits(files, 8)
    expect(splits.length).to.be.lessThan(2000)
    expect(splits.flatMap(split => split.ranges.map(r => r.path))).to.deep.equal(
      files.map(f => f.path),
    )
  })
})

async function rejectionOf(promise: Promise<unknown>): Promise<SimSparkError> {
  try {
    await promise
  } catch (error) {
    return error as SimSparkError
  }
  throw new Error('it did not reject')
}
