import { SparkContext } from '../../../../driver/index.ts'
import { assertExactly } from '../../../support/property.ts'
import { typedProgramOf } from './typed-programs.ts'

describe('typed loops and kernels', () => {
  const first = Number(process.env['SIMSPARK_TEST_SEED'] ?? 1)
  const programs = Array.from(
    { length: Number(process.env['SIMSPARK_TEST_RUNS'] ?? 100) },
    (_, i) => typedProgramOf(first + i),
  )

  // In threads of their own, where functions have shapes.
  async function outcomes(mode: 'plain' | 'loops' | 'kernels'): Promise<unknown[]> {
    const conf = { 'simspark.codegen.mode': mode, 'simspark.task.maxFailures': 1 } as const
    const sc = await SparkContext.getOrCreate({ master: 'local[2]', appName: mode, conf })
    try {
      const found: unknown[] = []
      for (const program of programs) found.push(await program.run(sc))
      return found
    } finally {
      await sc.stop()
    }
  }

  it('give what the definitions of the operators give, in random programs on elements of one kind', async () => {
    const plain = await outcomes('plain')
    for (const mode of ['loops', 'kernels'] as const) {
      const others = await outcomes(mode)
      for (const [i, { description }] of programs.entries()) {
        assertExactly(others[i], plain[i], `${mode}: ${description}`)
      }
    }
  }).timeout(60_000)
})
