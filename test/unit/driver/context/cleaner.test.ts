import { expect } from 'chai'
import type { ShuffleId } from '#publib/util'
import { Cleaner, type GoneRegistry } from '../../../../driver/cleaner.ts'
import { internals } from '../../../../driver/internals.ts'
import { interpretedContext } from '../../../support/interpreted-context.ts'

describe('the cleaner', () => {
  it('watches every shuffle of a lineage once, also those that no RDD shows', async () => {
    const { sc } = interpretedContext()
    const watched: [object, readonly ShuffleId[]][] = []
    const registry: GoneRegistry = { register: (target, ids) => watched.push([target, ids]) }
    const cleaner = new Cleaner(
      () => {},
      () => registry,
    )
    const sums = sc.parallelize([[1, 2]] as [number, number][]).reduceByKey((a, b) => a + b)
    const joined = sums.join(sums).sortBy(([k]) => k)
    cleaner.watch(internals.lineageOf(joined))
    cleaner.watch(internals.lineageOf(sums))
    expect(watched.map(([, ids]) => ids.length).sort()).to.deep.equal([1, 1, 2])
    await sc.stop()
  })

  it('drops the shuffles of what is gone', () => {
    const dropped: number[] = []
    let tell: (ids: readonly ShuffleId[]) => void = () => {}
    new Cleaner(
      ids => dropped.push(...ids),
      onGone => {
        tell = onGone
        return { register: () => {} }
      },
    )
    tell([3, 4] as unknown as readonly ShuffleId[])
    expect(dropped).to.deep.equal([3, 4])
  })
})
