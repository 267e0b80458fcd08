import { expect } from 'chai'
import { StorageLevel } from '#driver'
import { interpretedContext } from '../../../support/interpreted-context.ts'
import { openLocalContext } from '../../../support/local-context.ts'
import { rejection } from '../../../support/rejection.ts'
import { useTempFolder } from '../../../support/temp-folder.ts'

const LEVELS = Object.entries(StorageLevel).filter(
  (entry): entry is [string, StorageLevel] => entry[1] instanceof StorageLevel,
)

describe('persistence', function () {
  this.timeout(20_000)
  const folder = useTempFolder()

  it('has the levels of Spark', () => {
    expect(LEVELS.map(([name, level]) => `${name}: ${level.description}`)).to.deep.equal([
      'NONE: Serialized 1x Replicated',
      'DISK_ONLY: Disk Serialized 1x Replicated',
      'DISK_ONLY_2: Disk Serialized 2x Replicated',
      'DISK_ONLY_3: Disk Serialized 3x Replicated',
      'MEMORY_ONLY: Memory Deserialized 1x Replicated',
      'MEMORY_ONLY_2: Memory Deserialized 2x Replicated',
      'MEMORY_ONLY_SER: Memory Serialized 1x Replicated',
      'MEMORY_ONLY_SER_2: Memory Serialized 2x Replicated',
      'MEMORY_AND_DISK: Disk Memory Deserialized 1x Replicated',
      'MEMORY_AND_DISK_2: Disk Memory Deserialized 2x Replicated',
      'MEMORY_AND_DISK_SER: Disk Memory Serialized 1x Replicated',
      'MEMORY_AND_DISK_SER_2: Disk Memory Serialized 2x Replicated',
      'MEMORY_AND_DISK_DESER: Disk Memory Deserialized 1x Replicated',
      'OFF_HEAP: Disk Memory (off heap) Serialized 1x Replicated',
    ])
  })

  it('sets a level once, until the RDD is not persisted any more', async () => {
    const { sc } = interpretedContext()
    const rdd = sc.range(10)
    expect(rdd.getStorageLevel()).to.equal(StorageLevel.NONE)
    expect(rdd.persist(StorageLevel.NONE).isCached).to.equal(false)
    expect(rdd.cache().getStorageLevel()).to.equal(StorageLevel.MEMORY_ONLY)
    rdd.persist(new StorageLevel(false, true, false, true))
    expect(() => rdd.persist(StorageLevel.DISK_ONLY))
      .to.throw(/kept as "Memory Deserialized 1x Replicated" already/)
      .with.property('code', 'STORAGE_LEVEL_SET')
    await rdd.unpersist()
    expect([rdd.isCached, rdd.getStorageLevel()]).to.deep.equal([false, StorageLevel.NONE])
    expect(rdd.persist(StorageLevel.DISK_ONLY).getStorageLevel()).to.equal(StorageLevel.DISK_ONLY)
    expect(() => rdd.persist('MEMORY_ONLY' as never)).to.throw(/expected a StorageLevel/)
    await sc.stop()
  })

  for (const master of ['local', 'local[2]']) {
    it(`gives the same at every level, and computes once, in ${master}`, async () => {
      const { sc, warnings } = await openLocalContext(folder(), master)
      const computed = sc.longAccumulator('computed')
      const program = () =>
        sc.range(0, 3000, 1, 3).map((x): [string, number[]] => {
          computed.add(1)
          return [`k${x % 50}`, [x, x / 3]]
        })
      const expected = await program().collect()
      for (const [name, level] of LEVELS) {
        const rdd = program().persist(level).setName(name)
        computed.reset()
        expect(await rdd.collect(), name).to.deep.equal(expected)
        expect(await rdd.filter(([, [x]]) => x! % 2 === 0).count()).to.equal(1500)
        expect(
          await rdd
            .mapValues(v => v[0]!)
            .reduceByKey((a, b) => a + b)
            .count(),
        ).to.equal(50)
        expect(computed.value, name).to.equal(level.isValid ? 3000 : 9000)
        const [info] = sc.getRDDStorageInfo()
        const where = level.useMemory ? 'memoryBytes' : 'diskBytes'
        if (!level.isValid) expect(info).to.equal(undefined)
        else {
          const { id, numPartitions, numCachedPartitions, storageLevel } = info!
          expect([id, info!.name, numPartitions, numCachedPartitions, storageLevel]).to.deep.equal([
            ...[rdd.id, name, 3, 3, level],
          ])
          expect(info![where]).to.be.greaterThan(3000)
          expect(info!.memoryBytes === 0 || info!.diskBytes === 0).to.equal(true)
        }
        await rdd.unpersist(true)
        expect(sc.getRDDStorageInfo()).to.deep.equal([])
      }
      expect(warnings.filter(text => /one copy/.test(text))).to.have.length(1)
      await sc.stop()
    })
  }

  it('counts partitions without elements as kept, too', async () => {
    const { sc } = await openLocalContext(folder())
    const rdd = sc.range(0, 2, 1, 8).cache()
    await rdd.count()
    expect(sc.getRDDStorageInfo()[0]!.numCachedPartitions).to.equal(8)
    await sc.stop()
  })

  it('tells levels and sizes in the lineage as text', async () => {
    const { sc } = await openLocalContext(folder())
    const rdd = sc.range(0, 100, 1, 2).setName('numbers').persist(StorageLevel.DISK_ONLY)
    await rdd.count()
    const lines = (await rdd.map(x => x + 1).toDebugString()).split('\n')
    expect(lines[1]).to.match(/^ \|\s+numbers RangeRDD\[\d+\] .*\[Disk Serialized 1x Replicated\]$/)
    expect(lines[2]).to.match(
      /^ \|\s+CachedPartitions: 2; MemorySize: 0 B; DiskSize: [\d.]+ (B|KiB)$/,
    )
    await sc.stop()
  })

  it('keeps nothing of a job that is cancelled or fails', async () => {
    const { sc } = await openLocalContext(folder())
    for (const level of [StorageLevel.MEMORY_ONLY, StorageLevel.DISK_ONLY]) {
      const rdd = sc
        .range(0, 100, 1, 1)
        .map(x => {
          if (x === 99) throw new Error('no')
          return x
        })
        .persist(level)
      await rejection(rdd.count())
      expect(sc.getRDDStorageInfo()).to.deep.equal([])
    }
    await sc.stop()
  })
})
