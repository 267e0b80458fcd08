import { expect } from 'chai'
import { type CsvGrid, kernels, plainKernels } from '#publib/kernels'
import { SeededRandom } from '#publib/util'
import { assertExactly, fc, holdsForAll } from '../../../support/property.ts'

const characters = { delimiter: 44, quote: 34, comment: -1 }

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text))
}

function gridOf(
  some: typeof plainKernels,
  bytes: Uint8Array,
  width: number,
  { limit = bytes.length, isLast = true } = {},
): CsvGrid | undefined {
  const room = new Uint32Array(bytes.length + 100)
  return some.csvGrid(bytes, limit, characters, isLast, width, room)
}

function cellsOf(some: typeof plainKernels, bytes: Uint8Array, grid: CsvGrid): unknown[] {
  return Array.from({ length: grid.width }, (_, place) => {
    const { starts, lengths, signs, found } = some.csvCells(bytes, grid, place, characters.quote)
    return [[...starts], [...lengths], [...signs], found]
  })
}

for (const [name, some] of Object.entries({ plain: plainKernels, wasm: kernels() })) {
  describe(`records of even length by ${name} kernels`, () => {
    const read = (text: string, width: number): string[][] | undefined => {
      const bytes = bytesOf(text)
      const grid = gridOf(some, bytes, width)
      if (grid === undefined) return undefined
      const columns = Array.from({ length: width }, (_, place) => {
        const { starts, lengths, signs } = some.csvCells(bytes, grid, place, characters.quote)
        return Array.from(starts, (start, row) => {
          const cell = Buffer.from(bytes).toString('utf8', start, start + lengths[row]!)
          return signs[row] === 2 ? cell.replaceAll('""', '"') : signs[row] === 1 ? '-' : cell
        })
      })
      return columns
    }

    it('have cells, quoted or not, and line ends of both kinds', () => {
      expect(read('a,"b"\r\n"c, ""d""",\n"",é', 2)).to.deep.equal([
        ['a', 'c, "d"', ''],
        ['b', '-', 'é'],
      ])
      expect(read('a,b\n"x\ny",', 2)).to.deep.equal([
        ['a', 'x\ny'],
        ['b', '-'],
      ])
    })

    it('are none where a record has other fields, is empty, or has odd quotes', () => {
      for (const text of [
        'a\n',
        'a,b,c\n',
        'a,b\n\n',
        'a,b\n\r\n',
        'a,b\nc',
        'a"b,c\n',
        '"a"b,c\n',
      ]) {
        expect(read(text, 2), text).to.equal(undefined)
      }
      expect(read('"a,b\n', 2)).to.equal(undefined)
      const small = new Uint32Array(3)
      expect(some.csvGrid(bytesOf('a,b\n'), 4, characters, true, 2, small)).to.equal(undefined)
    })
  })
}

describe('records of even length', () => {
  const pieces = fc.constantFrom(
    'a',
    'é',
    ',',
    ',',
    '\n',
    '\n',
    '\r\n',
    '"q"',
    '"a,b"',
    '"d""q"',
    '"',
    '\r',
  )
  const rows = fc.array(fc.tuple(fc.constantFrom('', 'a', '"b, c"', '""', 'x""', '"d""q"'), pieces))

  it('are those that csvRecords finds, by both kernels', () => {
    const texts = fc.oneof(
      fc.array(pieces, { maxLength: 40 }).map(parts => parts.join('')),
      rows.map(cells => cells.map(([a, b]) => `${a},${b}`).join('\n')),
    )
    holdsForAll(
      fc.tuple(texts, fc.nat(60), fc.boolean(), fc.integer({ min: 2, max: 3 })),
      ([text, place, isLast, width]) => {
        const bytes = bytesOf(text)
        const at = { limit: Math.min(place, bytes.length), isLast }
        const found = gridOf(kernels(), bytes, width, at)
        if (found === undefined) return
        const expected = gridOf(plainKernels, bytes, width, at)
        // What comes behind may have doubled quotes, too.
        assertExactly({ ...found, hasDoubled: true }, { ...expected, hasDoubled: true })
        expect(found.hasDoubled || !expected?.hasDoubled).to.equal(true)
        assertExactly(cellsOf(kernels(), bytes, found), cellsOf(plainKernels, bytes, expected!))
      },
      1000,
    )
  })

  it('are found in long texts, whatever stands at the ends of blocks', () => {
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
        Array.from({ length: 3 }, () => cells[random.below(cells.length)]).join(','),
      )
      const bytes = bytesOf(lines.join(size % 2 === 0 ? '\n' : '\r\n'))
      const expected = gridOf(plainKernels, bytes, 3)
      expect(expected?.rows).to.equal(size)
      const found = gridOf(kernels(), bytes, 3)
      assertExactly(found, expected)
      assertExactly(cellsOf(kernels(), bytes, found!), cellsOf(plainKernels, bytes, expected!))
    }
  })
})
