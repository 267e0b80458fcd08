import { expect } from 'chai'
import { decodeFrames, encodeFrame, FRAME_LIMITS } from '#publib/frame'
import { clusterLinks } from '../../support/cluster-messages.ts'
import { executorLinks } from '../../support/executor-messages.ts'
import { fuzzProtocol, mutateBytes, whole } from '../../support/fuzz-protocol.ts'
import { chooseSeed, seeded } from '../../support/random.ts'

const COUNT = 100_000

/** The unit suite throws a tenth of it. */
describe('100,000 mutated frames', () => {
  for (const { protocol, name, samples } of [...clusterLinks, ...executorLinks]) {
    it(`never make a decoder throw: ${name}`, () => {
      const report = fuzzProtocol(protocol, samples, { count: COUNT, seed: chooseSeed() })
      expect(report.refusedMessages).to.be.greaterThan(COUNT / 100)
    })
  }

  it('never make the decoder of frames throw', () => {
    const seed = chooseSeed()
    const random = seeded(seed)
    const frame = whole(
      encodeFrame({ type: 'beat', deep: [[{ a: '\\" []{}' }]] }, [new Uint8Array(40)]),
    )
    for (let index = 0; index < COUNT; index++) {
      const bytes = mutateBytes(frame, random)
      try {
        decodeFrames(bytes, FRAME_LIMITS)
      } catch (error) {
        throw new Error(`case ${index} of seed ${seed}`, { cause: error })
      }
    }
  })
})
