import { truncateSync, unlinkSync } from 'node:fs'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { valuesOf } from '#publib/columnar'
import { type FileRange, type LineOptions, readLineColumns, readLines } from '#publib/datasource'
import { realSyncFiles } from '#publib/env'
import { emptyMetrics } from '#publib/task'
import { SeededRandom, type SimSparkError } from '#publib/util'
import { fc, holdsForAll } from '../../../support/property.ts'
import { TestFolder } from './folder.ts'

describe('reading lines', () => {
  let folder: TestFolder
  before(() => {
    folder = new TestFolder()
  })
  after(() => folder.remove())

  function whole(content: string | Uint8Array, options: Partial<FileRange> = {}): FileRange {
    const path = folder.write('file', content)
    const size = realSyncFiles.stat(path)!.size
    return { path, start: 0, end: size, size, codec: 'none', ...options }
  }

  function lines(ranges: readonly FileRange[], options?: LineOptions): string[] {
    const metrics = emptyMetrics()
    const rows = [...readLines({ ranges }, realSyncFiles, metrics, options)].flat()
    const ofColumns = emptyMetrics()
    const values: unknown[] = []
    for (const column of readLineColumns({ ranges }, realSyncFiles, ofColumns, options)) {
      for (const value of valuesOf(column)) values.push(value)
    }
    expect(values.length, 'as columns').to.equal(rows.length)
    expect(
      values.every((value, i) => value === rows[i]),
      'as columns',
    ).to.equal(true)
    expect(ofColumns.input, 'read for columns').to.deep.equal(metrics.input)
    return rows
  }

  const texts: readonly (readonly [string, string[]])[] = [
    ['', []],
    ['\n', ['']],
    ['a', ['a']],
    ['a\n', ['a']],
    ['a\nb', ['a', 'b']],
    ['\n\na\n\n', ['', '', 'a', '']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['a\rb\r', ['a', 'b']],
    ['a\r\r\nb\n\rc', ['a', '', 'b', '', 'c']],
    ['\ufeffa\nb', ['a', 'b']],
    ['\ufeff', []],
    ['\ufeff\nb', ['', 'b']],
    ['a\u2028b\u0085c\n', ['a\u2028b\u0085c']],
  ]
  for (const [text, expected] of texts) {
    it(`finds ${JSON.stringify(expected)} in ${JSON.stringify(text)}`, () => {
      expect(lines([whole(text)])).to.deep.equal(expected)
    })
  }

  const corpus = 'a\nzwei\r\ndrei €\r\r\n\n日本語 テキスト\n😀😀\rlast line'
  for (const encoding of ['utf8', 'utf16le'] as const) {
    for (const mark of ['', '\ufeff']) {
      it(`gives every line once, cut at every byte and read in chunks of every size: ${encoding}${mark && ' with a mark'}`, () => {
        const range = whole(Buffer.from(mark + corpus, encoding))
        const expected = corpus.split(/\r\n|\r|\n/)
        for (let cut = 0; cut <= range.size; cut++) {
          const parts = [
            { ...range, end: cut },
            { ...range, start: cut },
          ]
          for (const chunkBytes of [4, 5, 7, 16, 1000]) {
            expect(lines(parts, { encoding, chunkBytes }), `cut at ${cut}`).to.deep.equal(expected)
          }
        }
      })

      it(`gives every line once, in ranges of one to nine bytes: ${encoding}${mark && ' with a mark'}`, () => {
        const range = whole(Buffer.from(mark + corpus, encoding))
        for (let size = 1; size < 10; size++) {
          const parts: FileRange[] = []
          for (let start = 0; start < range.size; start += size) {
            parts.push({ ...range, start, end: Math.min(start + size, range.size) })
          }
          expect(lines(parts, { encoding, chunkBytes: 6 })).to.deep.equal(
            corpus.split(/\r\n|\r|\n/),
          )
        }
      })
    }
  }

  it('gives every line once, whatever the text and the cuts', () => {
    const pieces = fc.constantFrom('\n', '\r', '\r\n', 'a', 'é', '世', '😀', 'bcd')
    holdsForAll(
      fc.tuple(fc.array(pieces, { maxLength: 30 }), fc.array(fc.nat(60), { maxLength: 4 })),
      ([words, cuts]) => {
        const text = words.join('')
        const range = whole(text)
        const borders = [0, ...cuts.map(cut => Math.min(cut, range.size)), range.size].sort(
          (a, b) => a - b,
        )
        const parts = borders.slice(1).map((end, i) => ({ ...range, start: borders[i]!, end }))
        const expected = text.split(/\r\n|\r|\n/)
        if (expected.at(-1) === '') expected.pop()
        expect(lines(parts, { chunkBytes: 5 })).to.deep.equal(expected)
        return true
      },
      300,
    )
  })

  it('reads Latin-1 byte by byte, and bytes that are no UTF-8 as U+FFFD', () => {
    const bytes = Buffer.from([0x61, 0xe9, 0x0a, 0xff, 0x62])
    expect(lines([whole(bytes)], { encoding: 'latin1' })).to.deep.equal(['aé', 'ÿb'])
    expect(lines([whole(bytes)])).to.deep.equal(['a\ufffd', '\ufffdb'])
  })

  it('counts bytes and records, in batches of at most 64 Ki', () => {
    const metrics = emptyMetrics()
    const range = whole('\n'.repeat(200_000))
    const sizes = [...readLines({ ranges: [range] }, realSyncFiles, metrics)].map(b => b.length)
    expect(Math.max(...sizes)).to.be.at.most(65_536)
    expect(metrics.input).to.deep.equal({ bytes: 200_000, records: 200_000 })
  })

  const compress = { gzip: gzipSync, deflate: deflateSync, brotli: brotliCompressSync }
  for (const [codec, pack] of Object.entries(compress)) {
    it(`reads ${codec} whole, in bounded pieces`, () => {
      const text = Array.from({ length: 30_000 }, (_, i) => `line ${i * 7919}`)
      const range = whole(pack(text.join('\n')), { codec: codec as FileRange['codec'] })
      expect(lines([range])).to.deep.equal(text)
    })

    it(`names a ${codec} file that is cut or damaged`, () => {
      const packed = pack(Buffer.from(new SeededRandom(1).bytes(3000)).toString('hex'))
      for (const cut of [1, 5, 17, 500, packed.length - 1]) {
        const error = thrownBy(() =>
          lines([whole(packed.subarray(0, cut), { codec: codec as 'gzip' })]),
        )
        expect(error.code, `cut at ${cut}`).to.equal('CORRUPT_FILE')
        expect(error.message).to.match(/file.*breaks off or is damaged before byte \d+/)
      }
      const plain = thrownBy(() =>
        lines([whole('plain text, no more\n'.repeat(9), { codec: codec as 'gzip' })]),
      )
      expect(plain.code).to.equal('CORRUPT_FILE')
    })
  }

  it('reads several gzip members, cut anywhere; a file of no bytes is none', () => {
    const packed = Buffer.concat([gzipSync('a\nb'), gzipSync('c\nd\n')])
    expect(lines([whole(packed, { codec: 'gzip' })])).to.deep.equal(['a', 'bc', 'd'])
    const nothing = thrownBy(() => lines([whole('', { codec: 'gzip' })]))
    expect(nothing.message).to.match(/breaks off .* byte 0/)
  })

  it('refuses a line that is too long, naming file and byte, without reading all of it', () => {
    const metrics = emptyMetrics()
    const range = whole(`ok\n${'x'.repeat(100_000)}`)
    const error = thrownBy(() => [
      ...readLines({ ranges: [range] }, realSyncFiles, metrics, {
        lineBytesMax: 1000,
        chunkBytes: 64,
      }),
    ])
    expect(error.code).to.equal('CORRUPT_FILE')
    expect(error.message)
      .to.contain(range.path)
      .and.match(/begins at byte 3 is longer than 1000 B/)
    expect(metrics.input.bytes).to.be.lessThan(5000)
  })

  it('tells a file that is of another encoding or compressed', () => {
    const utf16 = thrownBy(() => lines([whole(Buffer.from('\ufeffabc', 'utf16le'))]))
    expect(utf16.message).to.contain('utf16le')
    expect(thrownBy(() => lines([whole(gzipSync('a'))])).message).to.contain('gzip')
  })

  it('names a file that is gone or has become shorter since it was listed', () => {
    const range = whole('abc\ndef\n')
    truncateSync(range.path, 3)
    const shorter = thrownBy(() => lines([range]))
    expect(shorter.code).to.equal('FILE_UNREADABLE')
    expect(shorter.message).to.match(/had 8 bytes .* has 3 now/)
    unlinkSync(range.path)
    expect(thrownBy(() => lines([range])).message).to.match(/not there/)
  })

  it('closes its file when it is left early', () => {
    const range = whole('a\nb\nc\n')
    let open = 0
    const files = {
      ...realSyncFiles,
      open: (path: string, flags: 'r') => {
        const file = realSyncFiles.open(path, flags)
        open++
        const close = () => {
          open--
          file.close()
        }
        return { size: file.size, read: file.read.bind(file), write: file.write.bind(file), close }
      },
    }
    for (const _ of readLines({ ranges: [range] }, files as never, emptyMetrics(), {
      chunkBytes: 2,
    }))
      break
    expect(open).to.equal(0)
  })
})

function thrownBy(call: () => unknown): SimSparkError {
  try {
    call()
  } catch (error) {
    return error as SimSparkError
  }
  throw new Error('nothing was thrown')
}
