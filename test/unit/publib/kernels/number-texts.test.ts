import { expect } from 'chai'
import { kernels, plainKernels } from '#publib/kernels'
import { assertExactly, fc, holdsForAll } from '../../../support/property.ts'

for (const [name, some] of Object.entries({ plain: plainKernels, wasm: kernels() })) {
  describe(`texts of numbers by ${name} kernels`, () => {
    function textsOf(values: readonly number[], before = '', behind = ''): string[] | undefined {
      const [from, to] = [Buffer.from(before), Buffer.from(behind)]
      const texts = some.numberTexts(Float64Array.from(values), from, to)
      let end = 0
      return (
        texts &&
        Array.from(texts.lengths, length => {
          end += length
          return Buffer.from(texts.bytes.subarray(end - length, end)).toString()
        })
      )
    }

    it('are those that String makes, of every length', () => {
      expect(some.name).to.equal(name)
      const values = [0, -0, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]
      for (let size = 1; size < 10 ** 15; size *= 10) {
        values.push(size - 1, size, size + 1, -size, size * 9, Math.floor(size * 1.2345678901234))
      }
      expect(textsOf(values)).to.deep.equal(values.map(String))
      const digits = Array.from({ length: 10_000 }, (_, i) => i * 10_001)
      expect(textsOf(digits)).to.deep.equal(digits.map(String))
    })

    it('stand between the same texts', () => {
      const sizes = fc.constantFrom('', 'k', 'ä€', 'of sixteen bytes', 'longer than a vector is')
      holdsForAll(
        fc.tuple(fc.array(fc.maxSafeInteger()), sizes, sizes),
        ([all, before, behind]) => {
          const expected = all.map(value => `${before}${value}${behind}`)
          assertExactly(textsOf(all, before, behind), expected)
        },
      )
    })

    it('are refused where one is no safe integer', () => {
      for (const odd of [0.5, NaN, Infinity, -Infinity, 2 ** 53, 1e300, -1e-300]) {
        expect(textsOf([1, odd, 2])).to.equal(undefined)
      }
      expect(textsOf([])).to.deep.equal([])
    })
  })
}
