import { expect } from 'chai'
import { SeededRandom } from '#publib/util'
import { ByteLeaf } from '../../../../publib/codegen/typed/text-leaves.ts'

describe('numbers written as bytes', () => {
  it('are what String makes of them', () => {
    const random = new SeededRandom(5)
    const values = [0, -0, 9, 10, 99, 100, 999_999_999, 1e9, 4_294_967_295, 1e10, 2 ** 53 - 1]
    values.push(-1, -10, -(2 ** 53) + 1, 2 ** 53, 1.5, -1e-7, 1e21, NaN, Infinity, -Infinity)
    for (let i = 0; i < 3000; i++) values.push(random.below(10 ** (1 + (i % 15))))
    const leaf = new ByteLeaf().room(values.length)
    for (const [row, value] of values.entries()) {
      leaf.number(value)
      leaf.close(row)
    }
    const column = leaf.column(values.length) as { bytes: Uint8Array; lengths: Uint32Array }
    let start = 0
    for (const [row, value] of values.entries()) {
      const end = start + column.lengths[row]!
      expect(Buffer.from(column.bytes.subarray(start, end)).toString()).to.equal(String(value))
      start = end
    }
  })
})
