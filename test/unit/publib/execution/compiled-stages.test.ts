import { expect } from 'chai'
import { stageId } from '#publib/util'
import { CompiledStages } from '../../../../publib/execution/compiled-stages.ts'

function described(id: number, codegen?: 'plain' | 'loops') {
  const common = { stageId: stageId(id), numPartitions: 1, kind: 'result', reads: [] } as const
  return { ...common, properties: {}, codegen }
}

describe('compiled stages', () => {
  it('are one for the same bytes in the same tier, whatever the stage', () => {
    const stages = new CompiledStages()
    const first = stages.of(described(1), new Uint8Array([1, 2, 3]))
    expect(stages.of(described(2), new Uint8Array([1, 2, 3]))).to.equal(first)
    expect(stages.of(described(3), new Uint8Array([1, 2, 4]))).to.not.equal(first)
    const plain = stages.of(described(4, 'plain'), new Uint8Array([1, 2, 3]))
    expect(plain).to.not.equal(first)
    expect(plain.loops).to.equal(undefined)
  })

  it('are kept within bounds, the latest used longest, and large ones not at all', () => {
    const stages = new CompiledStages()
    const first = stages.of(described(0), new Uint8Array([0]))
    for (let i = 1; i < 100; i++) {
      stages.of(described(i), new Uint8Array([i]))
      expect(stages.of(described(i), new Uint8Array([0]))).to.equal(first)
    }
    expect(stages.size).to.equal(32)
    const large = new Uint8Array(100_000)
    expect(stages.of(described(1), large)).to.not.equal(stages.of(described(1), large))
    expect(stages.size).to.equal(32)
  })

  it('that cannot be decoded are tried anew', async () => {
    const stages = new CompiledStages()
    const bad = stages.of(described(0), new Uint8Array([1]))
    for (let i = 0; i < 2; i++) {
      const failed = await stages.decoded(bad).catch((error: unknown) => error)
      expect(String(failed)).to.contain('cut off')
      expect(bad.decoded).to.equal(undefined)
    }
  })
})
