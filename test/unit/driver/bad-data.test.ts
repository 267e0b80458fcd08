import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { crc32, gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { type SimSparkError, SparkContext } from '../../../driver/index.ts'
import { TestFolder } from '../publib/datasource/folder.ts'

/**
 * The rows of the list of bad data inputs, by their ids; full disks (DAT-53) and kills at each step of a commit (DAT-56) stand in
 * the tests of commits.
 */
describe('bad data, by the list', function () {
  this.timeout(30_000)
  let sc: SparkContext
  let folder: TestFolder
  before(async () => {
    sc = await SparkContext.getOrCreate({ master: 'local[2]', appName: 'bad data' })
  })
  after(() => sc.stop())
  beforeEach(() => {
    folder = new TestFolder()
  })
  afterEach(() => folder.remove())

  /** What the user sees: code and message of the error, and of what caused it. */
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
  const lines = (path: string, minPartitions = 2): Promise<string[]> =>
    sc.textFile(path, minPartitions).collect()

  it('DAT-01: a path that is not there is named at planning, with the nearest folder that is', async () => {
    const text = await failure(lines(folder.join('a/b/c.txt')))
    expect(text)
      .to.match(/^PATH_NOT_FOUND/)
      .and.contain(folder.join('a/b/c.txt'))
    expect(text).to.contain(`nearest folder that exists is ${JSON.stringify(folder.path)}`)
  })

  it('DAT-02: a pattern that matches nothing is an error', async () => {
    expect(await failure(lines(folder.join('*.log')))).to.match(/PATH_NOT_FOUND.*no file matches/)
  })

  it('DAT-03: a folder stands for its files; one in a folder, and a file taken for one, are named', async () => {
    folder.write('in/deep/x', 'x')
    expect(await failure(lines(folder.join('in')))).to.match(
      /PATH_REFUSED.*deep.*folder in a folder/,
    )
    folder.write('file', 'x')
    expect(await failure(lines(folder.join('file/x')))).to.match(/PATH_|ENOTDIR/)
  })

  it('DAT-06: a line end alone is an empty line, and a byte order mark alone is none', async () => {
    expect(await lines(folder.write('feed', '\n'))).to.deep.equal([''])
    expect(await lines(folder.write('mark', '\ufeff'))).to.deep.equal([])
  })

  it('DAT-09: a byte order mark goes at the start of each file, and nowhere else', async () => {
    folder.write('marks/a', '\ufeffa\n\ufeffb')
    folder.write('marks/b', '\ufeffc')
    expect(await lines(folder.join('marks'))).to.deep.equal(['a', '\ufeffb', 'c'])
  })

  it('DAT-10: characters of several bytes are whole, wherever the file is cut', async () => {
    const text = 'é€😀\n日本\n'
    const path = folder.write('chars', text)
    for (let parts = 1; parts <= Buffer.byteLength(text); parts++) {
      expect(await lines(path, parts), `${parts}`).to.deep.equal(['é€😀', '日本'])
    }
  })

  it('DAT-12: UTF-16 is told by its mark; Latin-1 has none, and is read where it is asked for', async () => {
    const utf16 = folder.write('utf16', Buffer.from('\ufeffab\n', 'utf16le'))
    expect(await failure(lines(utf16))).to.match(/CORRUPT_FILE.*encoding: 'utf16le'/)
    expect(await sc.textFile(utf16, { encoding: 'utf16le' }).collect()).to.deep.equal(['ab'])
    const latin1 = folder.write('latin1', Buffer.from('é\n', 'latin1'))
    expect(await lines(latin1)).to.deep.equal(['\ufffd'])
    expect(await sc.textFile(latin1, { encoding: 'latin1' }).collect()).to.deep.equal(['é'])
  })

  it('DAT-15: one line without an end is refused with its byte, without reading all of it', async () => {
    const path = folder.write('long.csv', `a\n${'x'.repeat(3_000_000)}`)
    const text = await failure(sc.csv(path, { recordBytesMax: 10_000 }).collect())
    expect(text).to.match(/long\.csv.*byte 2/)
    const json = folder.write('long.jsonl', `1\n"${'x'.repeat(3_000_000)}"`)
    expect(await failure(sc.jsonLines(json, { recordBytesMax: 10_000 }).collect())).to.match(
      /long\.jsonl.*byte 2 is longer/,
    )
  })

  it('DAT-16: empty lines are lines', async () => {
    const path = folder.write('empty', '\n'.repeat(1_000_000))
    expect(await sc.textFile(path, 7).count()).to.equal(1_000_000)
  })

  it('DAT-19: loops of links and links to nothing are named; links elsewhere are followed', async () => {
    symlinkSync(folder.join('loop'), folder.join('loop'))
    symlinkSync(folder.join('gone'), folder.join('dangling'))
    folder.write('there/x', 'x')
    symlinkSync(folder.join('there'), folder.join('link'))
    expect(await failure(lines(folder.join('loop')))).to.match(/PATH_REFUSED.*loop/)
    expect(await failure(lines(folder.join('dangling')))).to.match(/PATH_NOT_FOUND.*dangling/)
    expect(await lines(folder.join('link'))).to.deep.equal(['x'])
  })

  it('DAT-20: pipes, sockets and devices are refused', async () => {
    execFileSync('mkfifo', [folder.join('fifo')])
    for (const path of [folder.join('fifo'), '/dev/zero', '/dev/random']) {
      expect(await failure(lines(path)), path).to.match(/PATH_REFUSED.*no regular file/)
    }
  })

  it('DAT-21: file names may hold anything, and are told on one line', async () => {
    const names = [
      'new\nline',
      "quo'te",
      'per%20cent',
      '#',
      '?',
      '*',
      '-dash',
      'space ',
      'x'.repeat(255),
    ]
    for (const [i, name] of names.entries()) {
      folder.write(`names${i}/${name}`, String(i))
      const path = folder.join(`names${i}`, name)
      expect(await lines(path), name).to.deep.equal([String(i)])
      const text = await failure(lines(`${path.slice(0, -1)}~`))
      expect(text)
        .to.match(/PATH_NOT_FOUND/)
        .and.not.contain('\n')
    }
  })

  it('DAT-22: files that begin with _ or . are left out of folders', async () => {
    for (const name of ['_SUCCESS', '.crc', '_x', 'a']) folder.write(`hidden/${name}`, name)
    expect(await lines(folder.join('hidden'))).to.deep.equal(['a'])
  })

  it('DAT-23: thousands of small files share few partitions', async () => {
    mkdirSync(folder.join('many'))
    for (let i = 0; i < 3000; i++) writeFileSync(folder.join(`many/${i}`), 'x\n')
    const rdd = sc.textFile(folder.join('many'), 4)
    expect(await rdd.getNumPartitions()).to.be.at.most(1000)
    expect(await rdd.count()).to.equal(3000)
  })

  it('DAT-25: a gzip file that breaks off is named with the byte, and gives no rows', async () => {
    const packed = gzipSync(Array.from({ length: 5000 }, (_, i) => `row ${i}`).join('\n'))
    for (const cut of [0, 1, 9, 10, 500, packed.length - 8, packed.length - 1]) {
      const path = folder.write('cut.gz', packed.subarray(0, cut))
      const text = await failure(lines(path))
      expect(text, `${cut}`).to.match(
        /CORRUPT_FILE.*cut\.gz.*breaks off or is damaged before byte \d+/,
      )
    }
  })

  it('DAT-26: a wrong checksum, garbage behind the end and no bytes at all are errors; two members are read', async () => {
    const packed = gzipSync('a\n')
    const wrong = Buffer.from(packed)
    wrong[wrong.length - 5]! ^= 1
    expect(await failure(lines(folder.write('crc.gz', wrong)))).to.match(/CORRUPT_FILE/)
    const garbage = Buffer.concat([packed, Buffer.from('more')])
    // The list has a warning here; nothing is left out without an error.
    expect(await failure(lines(folder.write('more.gz', garbage)))).to.match(/CORRUPT_FILE/)
    expect(await failure(lines(folder.write('none.gz', '')))).to.match(/CORRUPT_FILE/)
    const two = Buffer.concat([packed, gzipSync('b\n')])
    expect(await lines(folder.write('two.gz', two))).to.deep.equal(['a', 'b'])
  })

  it('DAT-28: text named .gz, and gzip named .txt, are told', async () => {
    expect(await failure(lines(folder.write('plain.gz', 'text\n')))).to.match(
      /CORRUPT_FILE.*rename/,
    )
    expect(await failure(lines(folder.write('packed.txt', gzipSync('x'))))).to.match(
      /CORRUPT_FILE.*it is gzip.*codec: 'gzip'/,
    )
    expect(await failure(sc.csv(folder.write('packed.csv', gzipSync('a\n1'))).collect())).to.match(
      /CORRUPT_FILE.*it is gzip/,
    )
    expect(await failure(sc.csv(folder.join('packed.csv'), { header: false }).collect())).to.match(
      /CORRUPT_FILE.*it is gzip/,
    )
  })

  it('DAT-29: a codec that nobody reads or writes here is named, with those that can be', async () => {
    expect(await failure(lines(folder.write('x.xz', 'x')))).to.match(/CODEC_UNAVAILABLE.*xz/)
    const saving = sc.parallelize(['x']).saveAsTextFile(folder.join('out'), 'bzip2')
    expect(await failure(saving)).to.match(/CODEC_UNAVAILABLE.*bzip2/)
    expect(existsSync(folder.join('out'))).to.equal(false)
  })

  it('DAT-30: a quote that is never closed is told with its line, and reading stops', async () => {
    const path = folder.write('open.csv', `a,b\n1,2\n"x,y\n${'z\n'.repeat(100_000)}`)
    const text = await failure(sc.csv(path, { recordBytesMax: 5000 }).collect())
    expect(text).to.match(/open\.csv", line 3, byte 8.*quote is opened and never closed/)
  })

  it('DAT-31: line ends inside quotes are in their rows, wherever the file is cut', async () => {
    const path = folder.write('quotes.csv', 'a\n"1\n2"\n"3\n\n4"\n5\n')
    for (let minPartitions = 1; minPartitions < 18; minPartitions++) {
      const rows = await sc
        .csv(path, { minPartitions })
        .map(row => row['a'])
        .collect()
      expect(rows, `${minPartitions}`).to.deep.equal(['1\n2', '3\n\n4', '5'])
    }
  })

  it('DAT-32: rows of other lengths are errors, are filled or left out, and are counted', async () => {
    const path = folder.write('ragged.csv', 'a,b\n1\n2,3\n4,5,6\n')
    expect(await failure(sc.csv(path, { minPartitions: 1 }).collect())).to.match(
      /TASK_FAILED.*MALFORMED_RECORD.*ragged\.csv", line 2, byte 4.*1 fields/s,
    )
    const malformed = sc.longAccumulator('ragged')
    const kept = sc.csv(path, { mode: 'permissive', columnNameOfCorruptRecord: 'bad', malformed })
    expect(await kept.collect()).to.deep.equal([
      { a: '1', b: null, bad: '1' },
      { a: '2', b: '3', bad: null },
      { a: '4', b: '5', bad: '4,5,6' },
    ])
    expect(malformed.value).to.equal(2)
    const dropped = sc.csv(path, { mode: 'dropMalformed', malformed })
    expect(await dropped.collect()).to.deep.equal([{ a: '2', b: '3' }])
    expect(malformed.value).to.equal(4)
  })

  it('DAT-33: a second column of a name gets its place behind it, one without a name its place; __proto__ is a name', async () => {
    const path = folder.write('names.csv', 'a,a2,a,,__proto__\n1,2,3,4,5\n')
    const [row] = await sc.csv(path).collect()
    expect(Object.entries(row!)).to.deep.equal([
      ['a', '1'],
      ['a2', '2'],
      ['a2_', '3'],
      ['_c3', '4'],
      ['__proto__', '5'],
    ])
    expect(({} as { 0?: unknown })[0]).to.equal(undefined)
    expect(Object.getPrototypeOf(row)).to.equal(Object.prototype)
  })

  it('DAT-34: a separator is one ASCII character', () => {
    for (const delimiter of ['||', '', '\0', '\n', 'é']) {
      expect(() => sc.csv('x', { delimiter }), JSON.stringify(delimiter)).to.throw(/delimiter/)
    }
    expect(() => sc.csv('x', { delimiter: /,/ as unknown as string })).to.throw(/delimiter/)
  })

  it('DAT-36: formulas are quoted for spreadsheets where it is asked for', async () => {
    const rows = sc.parallelize([{ a: '=cmd()', b: '+1', c: '@x', d: -1 }], 1)
    await rows.saveAsCsv(folder.join('out'), { escapeFormulas: true, header: false })
    expect(readFileSync(folder.join('out/part-00000'), 'utf8')).to.equal("'=cmd(),'+1,'@x,-1\n")
  })

  it('DAT-38: a line that is no JSON is an error of its line; arrays, numbers and a mark are none', async () => {
    const fine = folder.write('fine.jsonl', '\ufeff[1]\n2\n')
    expect(await sc.jsonLines(fine).collect()).to.deep.equal([[1], 2])
    for (const bad of ['{"a":1,}', 'NaN', "{'a':1}"]) {
      const path = folder.write('bad.jsonl', `1\n${bad}\n`)
      expect(await failure(sc.jsonLines(path).collect()), bad).to.match(
        /bad\.jsonl", line 2, byte 2/,
      )
    }
  })

  it('DAT-39: large integers become what is asked for; 1e400 is Infinity and -0 is kept, as JSON.parse has it', async () => {
    const path = folder.write('large.jsonl', '9007199254740993\n1e400\n-0\n')
    const read = (largeIntegers: 'number' | 'bigint' | 'string'): Promise<unknown[]> =>
      sc.jsonLines<number>(path, { largeIntegers }).collect()
    expect(await read('number')).to.deep.equal([9007199254740992, Infinity, -0])
    expect((await read('bigint'))[0]).to.equal(9007199254740993n)
    expect((await read('string'))[0]).to.equal('9007199254740993')
  })

  it('DAT-40, DAT-41: of equal keys the last one counts, and __proto__ is a key of its own', async () => {
    const path = folder.write('keys.jsonl', '{"a":1,"a":2,"__proto__":{"x":1}}\n')
    const [value] = await sc.jsonLines<{ a: number }>(path).collect()
    expect(value!.a).to.equal(2)
    expect(({} as { x?: unknown }).x).to.equal(undefined)
    expect(Object.getPrototypeOf(value)).to.equal(Object.prototype)
  })

  it('DAT-46: a text in a column of numbers is an error of its row, far down too, and the policy holds', async () => {
    const path = folder.write('types.csv', `n\n${'1\n'.repeat(200_000)}x\n`)
    const schema = { n: 'int' } as const
    expect(await failure(sc.csv(path, { schema, minPartitions: 4 }).count())).to.match(
      /types\.csv", line 200002, byte 400002: column "n" holds "x".*no int/,
    )
    expect(await sc.csv(path, { schema, mode: 'dropMalformed' }).count()).to.equal(200_000)
  })

  it('DAT-47, DAT-68: days that there are not are errors, and neither zone nor language of the machine matters', async () => {
    const schema = { t: 'timestamp' } as const
    const good = folder.write('good.csv', 't\n2024-02-29\n2024-06-01 12:30:00\n')
    const before = process.env['TZ']
    try {
      for (const zone of ['Pacific/Apia', 'America/New_York']) {
        process.env['TZ'] = zone
        const rows = await sc.csv(good, { schema }).collect()
        expect(
          rows.map(row => row.t?.toISOString()),
          zone,
        ).to.deep.equal(['2024-02-29T00:00:00.000Z', '2024-06-01T12:30:00.000Z'])
      }
    } finally {
      if (before === undefined) delete process.env['TZ']
      else process.env['TZ'] = before
    }
    for (const bad of ['0000-00-00', '2024-02-30', '10000-01-01']) {
      const path = folder.write('bad.csv', `t\n${bad}\n`)
      expect(await failure(sc.csv(path, { schema }).collect()), bad).to.match(/no timestamp/)
    }
  })

  it('DAT-48: a path is a path or a file: URL; ~ means nothing, .. and // what they mean elsewhere', async () => {
    folder.write('in/x', 'x')
    const given = [
      `file://${folder.join('in/x')}`,
      `${folder.path}/in/../in//x`,
      `${folder.path}/in/`,
    ]
    for (const path of given) expect(await lines(path), path).to.deep.equal(['x'])
    expect(await failure(lines('~/nothing'))).to.match(/PATH_NOT_FOUND/)
    expect(await failure(lines('C:\\nothing'))).to.match(/PATH_NOT_FOUND/)
  })

  it('DAT-50: an output that is there is an error before any task, which names the modes', async () => {
    folder.write('out/x', 'x')
    let ran = 0
    const counted = sc.longAccumulator('ran')
    const rows = sc.parallelize([1, 2]).map(x => {
      counted.add(1)
      return x
    })
    expect(await failure(rows.saveAsTextFile(folder.join('out')))).to.match(/OUTPUT_EXISTS/)
    ran = counted.value
    expect(ran).to.equal(0)
  })

  it('DAT-51, DAT-52: outputs at, in or around the input, roots, homes, links and files are refused', async () => {
    folder.write('in/x', 'x')
    symlinkSync(folder.join('in'), folder.join('link'))
    folder.write('file', 'x')
    const rows = sc.textFile(folder.join('in'))
    const refused = ['in', 'in/deep', '.', 'link', 'file'].map(name => folder.join(name))
    for (const path of [...refused, '/', homedir()]) {
      const saving = rows.saveAsTextFile(path, { mode: 'overwrite' })
      expect(await failure(saving), path).to.match(/OUTPUT_REFUSED/)
    }
    expect(readFileSync(folder.join('in/x'), 'utf8')).to.equal('x')
  })

  it('DAT-56, DAT-58: the manifest has names, rows and checksums of what is there', async () => {
    await sc.parallelize(['a', 'b', 'c'], 2).saveAsTextFile(folder.join('out'), 'gzip')
    const manifest = JSON.parse(readFileSync(folder.join('out/_manifest.json'), 'utf8'))
    for (const file of manifest.files) {
      const bytes = readFileSync(join(folder.path, 'out', file.name))
      expect(file.crc32, file.name).to.equal(crc32(bytes))
      expect(file.bytes).to.equal(bytes.length)
    }
    expect(manifest.rows).to.equal(3)
    expect(readdirSync(folder.path)).to.deep.equal(['out'])
  })

  it('DAT-60: a save of no rows is read back as no rows, with its columns where they are given', async () => {
    await sc.parallelize<string>([], 2).saveAsTextFile(folder.join('texts'))
    expect(await lines(folder.join('texts'))).to.deep.equal([])
    expect(existsSync(folder.join('texts/_SUCCESS'))).to.equal(true)
    const rows = sc.parallelize<{ a: number }>([], 1)
    await rows.saveAsCsv(folder.join('rows'), { columns: ['a'] })
    expect(readFileSync(folder.join('rows/part-00000'), 'utf8')).to.equal('a\n')
    expect(await sc.csv(folder.join('rows')).collect()).to.deep.equal([])
  })
})
