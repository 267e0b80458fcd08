import { expect } from 'chai'
import { SeededRandom } from '#publib/util'
import { splitLines, splitUtf8 } from '../../../../publib/datasource/split-lines.ts'

describe('splitting lines', () => {
  const pieces = ['a', 'words of a line', '\n', '\r\n', '\r', '', 'ä', '“', '\u{1f600}', '\x7f']
  /** Ends, cut characters, and bytes that are no UTF-8. */
  const broken = [[0xc3], [0xf0, 0x9f], [0xff], [0xa9], [0xed, 0xa0, 0x80], [0x0a], [0x0d]]

  it('gives what decoding the whole and cutting it gives, whatever the bytes', () => {
    const seed = Number(process.env['SIMSPARK_TEST_SEED'] ?? 7)
    const random = new SeededRandom(seed)
    for (let run = 0; run < 3000; run++) {
      const parts = Array.from({ length: random.below(12) }, () =>
        random.below(4) === 0
          ? Buffer.from(broken[random.below(broken.length)]!)
          : Buffer.from(pieces[random.below(pieces.length)]!),
      )
      const bytes = Buffer.concat(parts)
      const expected = bytes.toString('utf8').split(/\r\n|\r|\n/)
      if (expected.at(-1) === '') expected.pop()
      const shown = `seed ${seed}, run ${run}: ${bytes.toString('hex')}`
      expect(splitUtf8(bytes), shown).to.deep.equal(expected)
      expect(splitLines(bytes.toString('utf8')), shown).to.deep.equal(expected)
    }
  })
})
