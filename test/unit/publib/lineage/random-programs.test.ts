import { expect } from 'chai'
import { interpretedContext } from '../../../support/interpreted-context.ts'
import { randomProgram } from '../../../support/random-program.ts'

describe('random programs', () => {
  const first = Number(process.env['SIMSPARK_TEST_SEED'] ?? 1)

  for (const ships of [false, true]) {
    it(`mean what plain arrays say, ${ships ? 'through encoded stages' : 'in place'}`, async () => {
      for (let seed = first; seed < first + 60; seed++) {
        const program = randomProgram(seed)
        const { sc } = interpretedContext({ ships })
        const rdd = program.build(sc)
        const found = (await rdd.collect()).sort((a, b) => a - b)
        expect(found, program.description).to.deep.equal(program.expected)
        expect(await rdd.count(), program.description).to.equal(program.expected.length)
        await sc.stop()
      }
    }).timeout(10_000)
  }
})
