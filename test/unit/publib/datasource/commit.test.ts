import { existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync } from 'node:fs'
import { homedir } from 'node:os'
import { crc32 } from 'node:zlib'
import { expect } from 'chai'
import {
  abortOutput,
  beginOutput,
  commitOutput,
  listInputs,
  type OutputJob,
  type OutputOptions,
  planSplits,
  readLines,
  type WrittenPart,
  writePart,
} from '#publib/datasource'
import { type Files, realFiles, realSyncFiles, type SyncFiles } from '#publib/env'
import { emptyMetrics } from '#publib/task'
import type { SimSparkError } from '#publib/util'
import { TestFolder } from './folder.ts'

describe('saving text', () => {
  let folder: TestFolder
  let saves = 0
  beforeEach(() => {
    folder = new TestFolder()
  })
  afterEach(() => folder.remove())

  const environment = { files: realSyncFiles, metrics: emptyMetrics(), checkCancelled: () => {} }

  function writeParts(
    job: OutputJob,
    partitions: readonly (readonly unknown[])[],
    attempt = 0,
  ): WrittenPart[] {
    return partitions.map((records, i) =>
      writePart([records], job, i, 100 * attempt + i, environment),
    )
  }

  async function save(
    partitions: readonly (readonly unknown[])[],
    options: Partial<OutputOptions> = {},
    files: Files = realFiles,
  ): Promise<void> {
    const all = { mode: 'error', codec: 'none', jobId: `job${saves++}`, ...options } as const
    const job = await beginOutput(folder.join('out'), all, files)
    if (job === undefined) return
    await commitOutput(job, writeParts(job, partitions), partitions.length, files)
  }

  async function load(): Promise<string[]> {
    const files = await listInputs(folder.join('out'), realFiles)
    return planSplits(files, 1).flatMap(split =>
      [...readLines(split, realSyncFiles, emptyMetrics())].flat(),
    )
  }

  it('gives a folder of parts, a manifest and _SUCCESS, and nothing else', async () => {
    await save([['a', 1], [], [null, new Uint8Array([98, 99])]])
    const contents = folder.contents()
    expect(Object.keys(contents).sort()).to.deep.equal([
      'out/_SUCCESS',
      'out/_manifest.json',
      'out/part-00000',
      'out/part-00001',
      'out/part-00002',
    ])
    expect(contents['out/part-00000']).to.equal('a\n1\n')
    expect(contents['out/part-00001']).to.equal('')
    expect(contents['out/part-00002']).to.equal('null\nbc\n')
    expect(await load()).to.deep.equal(['a', '1', 'null', 'bc'])
  })

  it('lists rows, bytes and checksums in the manifest', async () => {
    await save([['a', 'b'], ['c']], { jobId: 'j1' })
    const manifest = JSON.parse(readFileSync(folder.join('out/_manifest.json'), 'utf8'))
    expect(manifest).to.deep.equal({
      version: 1,
      jobId: 'j1',
      rows: 3,
      files: [
        { name: 'part-00000', rows: 2, bytes: 4, crc32: crc32('a\nb\n') },
        { name: 'part-00001', rows: 1, bytes: 2, crc32: crc32('c\n') },
      ],
    })
  })

  for (const codec of ['gzip', 'deflate', 'brotli'] as const) {
    it(`compresses with ${codec}, readable again`, async () => {
      const many = Array.from({ length: 100_000 }, (_, i) => `line ${i}`)
      await save([many, ['x']], { codec })
      expect(await load()).to.deep.equal([...many, 'x'])
    })
  }

  it('takes the first attempt of each partition and removes the others', async () => {
    const job = (await beginOutput(
      folder.join('out'),
      { mode: 'error', codec: 'none', jobId: 'j' },
      realFiles,
    ))!
    const [first] = writeParts(job, [['first']], 1)
    const [second] = writeParts(job, [['second']], 2)
    await commitOutput(job, [second!, first!], 1, realFiles)
    expect(await load()).to.deep.equal(['second'])
    expect(Object.keys(folder.contents()).every(name => name.startsWith('out/'))).to.equal(true)
  })

  it('does not commit while a partition is missing', async () => {
    const job = (await beginOutput(
      folder.join('out'),
      { mode: 'error', codec: 'none', jobId: 'j' },
      realFiles,
    ))!
    const error = await rejectionOf(commitOutput(job, writeParts(job, [['a']]), 2, realFiles))
    expect(error.code).to.equal('COMMIT_FAILED')
    expect(existsSync(folder.join('out'))).to.equal(false)
  })

  describe('where there is something already', () => {
    beforeEach(() => save([['old 1'], ['old 2'], ['old 3']]))

    it("fails before any task with mode 'error'", async () => {
      expect((await rejectionOf(save([['new']]))).code).to.equal('OUTPUT_EXISTS')
      expect(await load()).to.deep.equal(['old 1', 'old 2', 'old 3'])
    })

    it("replaces it with mode 'overwrite'", async () => {
      await save([['new']], { mode: 'overwrite' })
      expect(await load()).to.deep.equal(['new'])
      expect(Object.keys(folder.contents()).sort()).to.deep.equal([
        'out/_SUCCESS',
        'out/_manifest.json',
        'out/part-00000',
      ])
    })

    it("adds to it with mode 'append', again and again", async () => {
      await save([['new 1'], ['new 2']], { mode: 'append' })
      await save([['newer']], { mode: 'append' })
      expect((await load()).sort()).to.deep.equal([
        'new 1',
        'new 2',
        'newer',
        'old 1',
        'old 2',
        'old 3',
      ])
    })

    it("writes nothing with mode 'ignore'", async () => {
      await save([['new']], { mode: 'ignore' })
      expect(await load()).to.deep.equal(['old 1', 'old 2', 'old 3'])
    })
  })

  it('adds to a folder that somebody else has made, and reads files that are laid beside', async () => {
    folder.write('out/theirs.txt', 'theirs\n')
    await save([['ours']], { mode: 'append' })
    folder.write('out/later.txt', 'later\n')
    expect((await load()).sort()).to.deep.equal(['later', 'ours', 'theirs'])
  })

  it('names a part that the manifest lists and that is gone', async () => {
    await save([['a'], ['b']])
    await realFiles.remove(folder.join('out/part-00001'))
    expect((await rejectionOf(load())).message).to.match(/part-00001.*manifest lists it/)
  })

  it('names a part that is not as long as the manifest says', async () => {
    await save([['abcdef'], ['b']])
    truncateSync(folder.join('out/part-00000'), 3)
    const error = await rejectionOf(load())
    expect(error.code).to.equal('PATH_REFUSED')
    expect(error.message).to.match(/part-00000.*says that it has 7 bytes, and it has 3/)
  })

  it('of nothing is a folder with _SUCCESS and a manifest, readable as nothing', async () => {
    await save([])
    expect(Object.keys(folder.contents()).sort()).to.deep.equal([
      'out/_SUCCESS',
      'out/_manifest.json',
    ])
    expect(await load()).to.deep.equal([])
  })

  it('DAT-53: fails with the path where the disk is full, and leaves nothing of the part', async () => {
    for (const [code, told] of [
      ['ENOSPC', 'DISK_FULL'],
      ['EDQUOT', 'DISK_QUOTA'],
    ] as const) {
      const wishes = { mode: 'error', codec: 'gzip', jobId: `full-${code}` } as const
      const job = (await beginOutput(folder.join('out'), wishes, realFiles))!
      const files = fullAfter(10_000, code)
      const rows = Array.from({ length: 100_000 }, (_, i) => `row ${i * 7919}`)
      const error = thrownBy(() => writePart([rows], job, 0, 1, { ...environment, files }))
      expect(error.code).to.equal(told)
      expect(error.message).to.contain('part-00000')
      await abortOutput(job, realFiles)
      expect(folder.contents()).to.deep.equal({})
    }
  })

  it('is not disturbed by a twin that writes on when it is committed, nor by one that begins then', async () => {
    const wishes = { mode: 'error', codec: 'none', jobId: 'j' } as const
    const job = (await beginOutput(folder.join('out'), wishes, realFiles))!
    const [first] = writeParts(job, [['first']], 1)
    let committed: Promise<unknown> | undefined
    const slow = (function* (): Generator<unknown[]> {
      yield ['twin']
      committed = commitOutput(job, [first!], 1, realFiles)
      yield ['twin']
    })()
    writePart(slow, job, 0, 2, environment)
    await committed
    writeParts(job, [['late']], 3)
    expect(await load()).to.deep.equal(['first'])
    await save([['next']], { mode: 'overwrite' })
    expect(Object.keys(folder.contents()).every(name => name.startsWith('out/'))).to.equal(true)
  })

  it('leaves nothing when it is aborted or a task fails', async () => {
    const job = (await beginOutput(
      folder.join('out'),
      { mode: 'error', codec: 'none', jobId: 'j' },
      realFiles,
    ))!
    writeParts(job, [['a']])
    const failing = function* (): Generator<unknown[]> {
      yield ['a']
      throw new Error('user')
    }
    expect(() => writePart(failing(), job, 1, 7, environment)).to.throw('user')
    await abortOutput(job, realFiles)
    expect(folder.contents()).to.deep.equal({})
  })

  it('refuses what cannot be text, and says so', async () => {
    const bare = Object.create(null) as object
    expect((await rejectionOf(save([[bare]]))).code).to.equal('VALUE_NOT_ENCODABLE')
  })

  it('refuses roots, links, files, and what the job reads', async () => {
    folder.write('file', 'x')
    mkdirSync(folder.join('in'))
    symlinkSync(folder.join('in'), folder.join('link'))
    const inputs = [folder.join('in')]
    const begin = (path: string) =>
      beginOutput(path, { mode: 'overwrite', codec: 'none', jobId: 'j', inputs }, realFiles)
    for (const path of [
      '/',
      homedir(),
      folder.join('file'),
      folder.join('link'),
      folder.join('in'),
      folder.join('in/deep'),
      folder.path,
    ]) {
      expect((await rejectionOf(begin(path))).code, path).to.equal('OUTPUT_REFUSED')
    }
  })

  describe('killed at each step of the commit', () => {
    for (const mode of ['error', 'overwrite', 'append'] as const) {
      it(`shows the old content or the new, never a part, and the next save works: ${mode}`, async () => {
        const before = mode === 'error' ? [] : ['old 1', 'old 2']
        const after =
          mode === 'append' ? ['new 1', 'new 2', 'new 3', ...before] : ['new 1', 'new 2', 'new 3']
        let isDone = false
        for (let step = 0; !isDone; step++) {
          folder.remove()
          folder = new TestFolder()
          if (before.length > 0) await save(before.map(line => [line]))
          isDone = await save([['new 1'], ['new 2'], ['new 3']], { mode }, dyingAfter(step)).then(
            () => true,
            () => false,
          )
          const seen = await load().catch(error =>
            (error as SimSparkError).code === 'PATH_NOT_FOUND' ? [] : Promise.reject(error),
          )
          expect([before, after], `after ${step} steps`).to.deep.include(seen.sort())
          if (isDone) expect(seen).to.deep.equal(after)
          await save([['last']], { mode: 'overwrite' })
          expect(await load()).to.deep.equal(['last'])
          expect(Object.keys(folder.contents()).length).to.equal(3)
        }
      })
    }
  })
})

/** Files that do `steps` changes; then the process is gone, and nothing more happens. */
function dyingAfter(steps: number): Files {
  let left = steps
  const mortal =
    <A extends unknown[]>(change: (...args: A) => Promise<void>) =>
    async (...args: A): Promise<void> => {
      if (left-- <= 0) throw new Error('killed')
      await change(...args)
    }
  return {
    ...realFiles,
    writeFile: mortal(realFiles.writeFile.bind(realFiles)),
    rename: mortal(realFiles.rename.bind(realFiles)),
    remove: mortal(realFiles.remove.bind(realFiles)),
    makeFolder: mortal(realFiles.makeFolder.bind(realFiles)),
    append: mortal(realFiles.append.bind(realFiles)),
    readFile: realFiles.readFile.bind(realFiles),
    stat: realFiles.stat.bind(realFiles),
    list: realFiles.list.bind(realFiles),
    sync: realFiles.sync,
  } as Files
}

/** Files of which no more than so many bytes are written. */
function fullAfter(bytes: number, code: string): SyncFiles {
  let left = bytes
  return {
    ...realSyncFiles,
    open(path, flags) {
      const file = realSyncFiles.open(path, flags)
      const write = (piece: Uint8Array): void => {
        left -= piece.length
        if (left < 0) throw Object.assign(new Error(code), { code })
        file.write(piece)
      }
      return {
        size: file.size,
        read: (into, at) => file.read(into, at),
        write,
        close: () => file.close(),
      }
    },
  }
}

function thrownBy(call: () => unknown): SimSparkError {
  try {
    call()
  } catch (error) {
    return error as SimSparkError
  }
  throw new Error('nothing was thrown')
}

async function rejectionOf(promise: Promise<unknown>): Promise<SimSparkError> {
  try {
    await promise
  } catch (error) {
    return error as SimSparkError
  }
  throw new Error('it did not reject')
}
