import { expect } from 'chai'
import { type CsvFields, kernels, plainKernels } from '#publib/kernels'
import { SeededRandom } from '#publib/util'
import { CsvScanner } from '../../../../publib/datasource/csv/csv-scanner.ts'
import { assertExactly, fc, holdsForAll } from '../../../support/property.ts'

const characters = { delimiter: 44, quote: 34, comment: -1 }

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text))
}

function recordsOf(text: string, { starts, ends, quoted, rowEnds, rows }: CsvFields): string[][] {
  const bytes = Buffer.from(text)
  const cell = (i: number): string => {
    const field = bytes.toString('utf8', starts[i], ends[i])
    return quoted[i] === 2 ? field.replaceAll('""', '"') : field
  }
  return Array.from({ length: rows }, (_, row) => {
    const first = row === 0 ? 0 : rowEnds[row - 1]!
    return Array.from({ length: rowEnds[row]! - first }, (_, i) => cell(first + i))
  })
}

for (const [name, some] of Object.entries({ plain: plainKernels, wasm: kernels() })) {
  describe(`records of CSV by ${name} kernels`, () => {
    const read = (text: string, isLast = true): string[][] | undefined => {
      const bytes = bytesOf(text)
      const found = some.csvRecords(bytes, bytes.length, characters, isLast)
      return found && recordsOf(text, found)
    }

    it('have fields, quoted or not, and line ends of both kinds', () => {
      expect(read('a,b\r\n\n"c, ""d""",\n,"x\ny"\r\n\r\nlast')).to.deep.equal([
        ['a', 'b'],
        ['c, "d"', ''],
        ['', 'x\ny'],
        ['last'],
      ])
      expect(read('a,b\nc,')).to.deep.equal([
        ['a', 'b'],
        ['c', ''],
      ])
      expect(read('a,b\nc,', false)).to.deep.equal([['a', 'b']])
      expect(read('')).to.deep.equal([])
    })

    it('are left to others where quotes are not around a field, or lines are comments', () => {
      for (const text of ['a"b\n', '"a"b\n', '"a""\n"\n"b"c",\n', '"open', '"\n']) {
        expect(read(text)).to.equal(undefined)
      }
      const commented = { ...characters, comment: 35 }
      expect(some.csvRecords(bytesOf('a\n#b\n'), 5, commented, true)).to.equal(undefined)
    })
  })
}

/** What the scanner finds that looks byte by byte. */
function assertScanned(
  bytes: Uint8Array,
  limit: number,
  isLast: boolean,
  expected: CsvFields,
): void {
  // With a byte in front it is not given to kernels.
  const shifted = new Uint8Array([10, ...bytes])
  const slow = new CsvScanner(characters)
  const found = slow.scan(shifted, 1, limit + 1, bytes.length + 1, isLast)
  expect(found.rows).to.equal(expected.rows)
  expect(found.rest - 1).to.equal(expected.rest)
  const count = expected.rowEnds.at(-1) ?? 0
  expect([...found.rowEnds.subarray(0, found.rows)]).to.deep.equal([...expected.rowEnds])
  for (const of of ['starts', 'ends'] as const) {
    const places = Array.from(found[of].subarray(0, count), at => at - 1)
    expect(places).to.deep.equal([...expected[of]])
  }
  expect([...found.quoted.subarray(0, count)]).to.deep.equal([...expected.quoted])
}

describe('records of CSV', () => {
  const pieces = fc.constantFrom(
    'a',
    'é',
    ',',
    ',',
    '\n',
    '\r\n',
    '\r',
    '"',
    '"q"',
    '"a,b"',
    '"d""q"',
  )

  it('are the same by both kernels, and those of the scanner that looks byte by byte', () => {
    const texts = fc.array(pieces, { maxLength: 40 }).map(parts => parts.join(''))
    holdsForAll(fc.tuple(texts, fc.nat(60), fc.boolean()), ([text, place, isLast]) => {
      const bytes = bytesOf(text)
      const limit = Math.min(place, bytes.length)
      const expected = plainKernels.csvRecords(bytes, limit, characters, isLast)
      assertExactly(kernels().csvRecords(bytes, limit, characters, isLast), expected)
      if (expected === undefined || limit === 0) return
      assertScanned(bytes, limit, isLast, expected)
    })
  })

  it('are the same in long texts, whatever stands at the ends of blocks', () => {
    const random = new SeededRandom(4)
    const cells = [
      '',
      'x',
      '12.5',
      '"a, b"',
      '"say ""no"" to it"',
      '"line\nend"',
      'ünïcode'.repeat(9),
    ]
    for (let size = 1; size < 400; size += 13) {
      const lines = Array.from({ length: size }, () =>
        Array.from({ length: 1 + random.below(5) }, () => cells[random.below(cells.length)]).join(
          ',',
        ),
      )
      const bytes = bytesOf(lines.join('\n'))
      const expected = plainKernels.csvRecords(bytes, bytes.length, characters, true)
      expect(expected).not.to.equal(undefined)
      expect(kernels().csvRecords(bytes, bytes.length, characters, true)).to.deep.equal(expected)
      assertScanned(bytes, bytes.length, true, expected!)
    }
  })
})
