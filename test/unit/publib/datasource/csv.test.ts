import { expect } from 'chai'
import { valuesOf } from '#publib/columnar'
import {
  type CsvFormat,
  type CsvScan,
  quotesAt,
  quotesOver,
  readCsv,
  readHead,
} from '#publib/datasource/csv'
import { realSyncFiles } from '#publib/env'
import { emptyMetrics } from '#publib/task'
import { fc, holdsForAll } from '../../../support/property.ts'
import { TestFolder } from './folder.ts'

const format: CsvFormat = {
  ...{ delimiter: ',', quote: '"', comment: '', hasHeader: true, nullValue: '' },
  encoding: 'utf8',
}
const policy = { mode: 'failFast', corruptColumn: undefined, recordBytesMax: 1 << 20 } as const

describe('CSV', () => {
  let folder: TestFolder
  beforeEach(() => {
    folder = new TestFolder()
  })
  afterEach(() => folder.remove())

  /** The rows of a text that is cut at these bytes. */
  function read(
    text: string | Uint8Array,
    scan: Partial<CsvScan> = {},
    cuts: readonly number[] = [],
    onMalformed: () => void = () => undefined,
    nearBytes?: number,
  ): unknown[] {
    const path = folder.write('t.csv', text)
    const size = Buffer.byteLength(text)
    const borders = [0, ...cuts, size]
    const csv: CsvScan = { format, policy, names: undefined, types: undefined, ...scan }
    const ranges = borders.slice(1).map((end, i) => {
      return { path, start: borders[i]!, end, size, codec: 'none' as const }
    })
    const metrics = emptyMetrics()
    const head = readHead(ranges[0]!, csv.format, false, realSyncFiles, metrics)
    const names = csv.names ?? head?.names
    const tables = ranges.map(range => {
      return quotesOver(range, csv.format, realSyncFiles, metrics, nearBytes)
    })
    const states = quotesAt(tables)
    const placed = ranges.map((range, i) => ({ ...range, quotes: states[i]! }))
    const columns = readCsv(placed, { ...csv, names }, realSyncFiles, metrics, onMalformed)
    const rows: unknown[] = []
    for (const column of columns) rows.push(...valuesOf(column))
    return rows
  }

  it('makes one object a row, named by the header', () => {
    expect(read('id,name\n1,ann\n2,bob\n')).to.deep.equal([
      { id: '1', name: 'ann' },
      { id: '2', name: 'bob' },
    ])
  })

  it('reads quotes, doubled quotes, and line ends inside quotes', () => {
    const rows = read('a,b\n"x, ""y""","1\n2"\n"",\n')
    expect(rows).to.deep.equal([
      { a: 'x, "y"', b: '1\n2' },
      { a: '', b: null },
    ])
  })

  it('leaves out empty lines and byte order marks, and takes \\r\\n for an end', () => {
    expect(read('\ufeffa,b\r\n1,"2"\r\n\r\n3,4')).to.deep.equal([
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ])
  })

  it('names columns without a name by their place, and a second one of a name too', () => {
    expect(read('a,,a\n1,2,3\n')).to.deep.equal([{ a: '1', _c1: '2', a2: '3' }])
  })

  it('gives the same rows wherever the file is cut', () => {
    const cell = fc.oneof(
      fc.constantFrom('', '"', ',', '\n', '\r\n', 'a', 'é', '"",""', 'x"y', '\n"', ',"'),
      fc.string({ maxLength: 6 }),
    )
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
    holdsForAll(
      fc.tuple(
        fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(200), { maxLength: 4 }),
        fc.nat(20),
      ),
      ([cells, places, nearBytes]) => {
        const expected = cells.map(([a, b]) => ({ a, b }))
        const text = `a,b\n${cells.map(([a, b]) => `${quoted(a)},${quoted(b)}\n`).join('')}`
        const size = Buffer.byteLength(text)
        const cuts = [...new Set(places.map(place => place % size))].sort((x, y) => x - y)
        const borders = cuts.filter(cut => cut > 0)
        expect(read(text, {}, borders, undefined, nearBytes)).to.deep.equal(expected)
        return undefined
      },
    )
  })

  it('is told by the end of a range how quotes stand there as by all of it', () => {
    const sign = fc.constantFrom('"', '"', ',', '\n', 'a', '\r')
    holdsForAll(
      fc.tuple(fc.array(sign, { minLength: 1, maxLength: 40 }), fc.nat(40), fc.nat(8)),
      ([signs, at, nearBytes]) => {
        const size = signs.length
        const range = { path: folder.write('q.csv', signs.join('')), size, codec: 'none' as const }
        const border = at % size
        const ranges = [
          { ...range, start: 0, end: border },
          { ...range, start: border, end: size },
        ]
        const quotes = (near: number) =>
          quotesAt(
            ranges.map(each => quotesOver(each, format, realSyncFiles, emptyMetrics(), near)),
          )
        expect(quotes(nearBytes)).to.deep.equal(quotes(1000))
        return undefined
      },
    )
  })

  it('reads text without quotes as it stands, also where quotes are in the middle', () => {
    expect(read('a,b\nx"y,z""\n', {}, [6, 7, 8])).to.deep.equal([{ a: 'x"y', b: 'z""' }])
  })

  it('reads cells as the types of the schema, and an empty one as null', () => {
    const scan: Partial<CsvScan> = {
      names: ['i', 'l', 'd', 'b', 't', 'x'],
      types: ['int', 'long', 'double', 'boolean', 'date', 'binary'],
    }
    const text = 'i,l,d,b,t,x\n-5,9007199254740993,0.1,TRUE,2024-02-29,aGk=\n,,,,,\n'
    const rows = read(text, scan) as Record<string, unknown>[]
    const [first, second] = rows
    expect(first).to.deep.equal({
      ...{ i: -5, l: 9007199254740993n, d: 0.1, b: true },
      ...{ t: new Date('2024-02-29T00:00:00Z'), x: new Uint8Array([104, 105]) },
    })
    expect(Object.values(second!)).to.deep.equal([null, null, null, null, null, null])
  })

  it('reads every short decimal as Number does', () => {
    const types = { names: ['d'], types: ['double'] } as const
    holdsForAll(fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 20 }), numbers => {
      const texts = numbers.map(x => (Math.abs(x) < 1e12 ? x.toFixed(6) : String(x)))
      const rows = read(`d\n${texts.join('\n')}\n`, types) as { d: number }[]
      expect(rows.map(({ d }) => d)).to.deep.equal(texts.map(Number))
      return undefined
    })
  })

  it('fails with file, line and byte for a record that is not as it should be', () => {
    const attempt = (): unknown => read('a,b\n1,2\n3\n')
    expect(attempt).to.throw(/t\.csv", line 3, byte 8: the record has 1 fields.*2 columns/)
    const typed = { names: ['a'], types: ['int'] } as const
    expect(() => read('a\n1\nx\n', typed)).to.throw(/line 3, byte 4: column "a" holds "x".*no int/)
  })

  it('names the line on which a quote is opened and never closed, and reads no further than it may', () => {
    const text = `a,b\n1,2\n"x,${'y'.repeat(100)}\n${'z\n'.repeat(1000)}`
    const small = { policy: { ...policy, recordBytesMax: 1000 } }
    expect(() => read(text, small)).to.throw(/line 3, byte 8: .*quote is opened and never closed/)
  })

  it('keeps what can be read, with the text, or leaves the record out: and counts it', () => {
    let count = 0
    const permissive = {
      policy: { ...policy, mode: 'permissive', corruptColumn: 'bad' },
    } as const
    const text = 'a,b\n1,2\n3\n4,5,6\n'
    expect(read(text, permissive, [], () => count++)).to.deep.equal([
      { a: '1', b: '2', bad: null },
      { a: '3', b: null, bad: '3' },
      { a: '4', b: '5', bad: '4,5,6' },
    ])
    expect(count).to.equal(2)
    const dropping = { policy: { ...policy, mode: 'dropMalformed' } } as const
    expect(read(text, dropping)).to.deep.equal([{ a: '1', b: '2' }])
  })

  it('leaves out comments, and gives arrays where there are no names', () => {
    const bare = { ...format, hasHeader: false, comment: '#' }
    expect(read('# "x\n1,2\n3\n', { format: bare })).to.deep.equal([['1', '2'], ['3']])
  })

  it('reads Latin-1 and UTF-16, and makes U+FFFD of what is no UTF-8', () => {
    const latin1 = { ...format, encoding: 'latin1' } as const
    expect(read(Buffer.from('a\né\n', 'latin1'), { format: latin1 })).to.deep.equal([{ a: 'é' }])
    const utf16 = { ...format, encoding: 'utf16le' } as const
    const bytes = Buffer.from('\ufeffa\n"é\n€"\n', 'utf16le')
    expect(read(bytes, { format: utf16 })).to.deep.equal([{ a: 'é\n€' }])
    expect(read(Buffer.from('a\n\xe9\n', 'latin1'))).to.deep.equal([{ a: '\ufffd' }])
  })
})
