import { expect } from 'chai'
import { SparkContext } from '../../../../driver/index.ts'
import { assertExactly } from '../../../support/property.ts'
import { type Outcome, programOf } from './programs.ts'

describe('generated loops', () => {
  const first = Number(process.env['SIMSPARK_TEST_SEED'] ?? 1)
  const programs = Array.from({ length: 60 }, (_, i) => programOf(first + i))

  async function outcomes(mode: 'plain' | 'loops' | 'kernels'): Promise<Outcome[]> {
    const conf = { 'simspark.codegen.mode': mode, 'simspark.task.maxFailures': 1 } as const
    const sc = await SparkContext.getOrCreate({ master: 'local', appName: mode, conf })
    try {
      const found: Outcome[] = []
      for (const program of programs) found.push(await program.run(sc))
      return found
    } finally {
      await sc.stop()
    }
  }

  it('give what the definitions of the operators give, in random programs', async () => {
    const plain = await outcomes('plain')
    for (const mode of ['loops', 'kernels'] as const) {
      const others = await outcomes(mode)
      for (const [i, { description }] of programs.entries()) {
        assertExactly(others[i], plain[i], `${mode}: ${description}`)
      }
    }
    const failed = plain.filter(({ error }) => error !== undefined).length
    expect(failed, 'programs that fail').to.be.within(5, 30)
  }).timeout(60_000)
})
