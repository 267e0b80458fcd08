import { expect } from 'chai'
import { interpretedContext } from '../../../support/interpreted-context.ts'

for (const ships of [false, true]) {
  describe(`the first programs, ${ships ? 'through encoded stages' : 'in place'}`, () => {
    it('sums an array with a captured variable', async () => {
      const { sc } = interpretedContext({ ships })
      const factor = 3
      expect(
        await sc
          .parallelize([1, 2, 3, 4], 2)
          .map(x => x * factor)
          .sum(),
      ).to.equal(30)
      await sc.stop()
    })

    it('counts words', async () => {
      const { sc } = interpretedContext({ ships })
      const lines = sc.parallelize(['a b a', 'c a', '', 'b'], 3)
      const counts = await lines
        .flatMap(line => line.split(' '))
        .map(word => [word, 1])
        .reduceByKey((a, b) => a + b)
        .collect()
      expect(new Map(counts)).to.deep.equal(
        new Map([
          ['a', 3],
          ['b', 2],
          ['c', 1],
          ['', 1],
        ]),
      )
      await sc.stop()
    })
  })
}
