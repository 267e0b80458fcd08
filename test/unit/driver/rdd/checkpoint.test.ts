import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { expect } from 'chai'
import { type RDD, type SparkContext, StorageLevel } from '#driver'
import { interpretedContext } from '../../../support/interpreted-context.ts'
import { type LocalContext, openLocalContext } from '../../../support/local-context.ts'
import { rejection } from '../../../support/rejection.ts'
import { useTempFolder } from '../../../support/temp-folder.ts'

/** What a program sees of an RDD, before and after. */
async function seen(rdd: RDD<[string, number[]]>): Promise<unknown> {
  const sums = rdd.mapValues(numbers => numbers[0]!).reduceByKey((a, b) => a + b)
  return {
    all: await rdd.collect(),
    glommed: await rdd.glom().collect(),
    sums: (await sums.collect()).sort(),
    joined: (await rdd.join(rdd, 3).count()) + (await rdd.union(rdd).count()),
    indexed: await rdd.zipWithIndex().take(5),
    partitioner: rdd.partitioner?.numPartitions,
  }
}

function pairs(sc: SparkContext): RDD<[string, number[]]> {
  return sc
    .range(0, 500, 1, 4)
    .map((x): [string, number[]] => [`k${x % 40}`, [x, x / 3]])
    .partitionBy(3)
    .mapValues(numbers => numbers)
}

describe('checkpoints', function () {
  this.timeout(30_000)
  const folder = useTempFolder()
  let opened: LocalContext | undefined
  const open = async (master = 'local[2]'): Promise<SparkContext> => {
    opened = await openLocalContext(folder(), master)
    return opened.sc
  }
  afterEach(async () => {
    await opened?.sc.stop()
    opened = undefined
  })

  for (const master of ['local', 'local[2]']) {
    for (const kind of ['reliable', 'local'] as const) {
      it(`change nothing that a program sees but the lineage: ${kind}, in ${master}`, async () => {
        const sc = await open(master)
        sc.setCheckpointDir(`${folder()}/checkpoints`)
        const expected = await seen(pairs(sc))
        const rdd = pairs(sc)
        const child = rdd.filter(([key]) => key !== 'k7')
        const before = await child.collect()
        if (kind === 'local') rdd.localCheckpoint()
        else rdd.checkpoint()
        expect([rdd.isCheckpointed, rdd.isLocallyCheckpointed]).to.deep.equal([
          ...[false, kind === 'local'],
        ])
        expect(rdd.getCheckpointFile()).to.equal(undefined)
        expect(await child.collect()).to.deep.equal(before)
        expect(rdd.isCheckpointed).to.equal(true)
        expect(await seen(rdd)).to.deep.equal(expected)
        expect(await child.collect()).to.deep.equal(before)
        expect(await rdd.toDebugString()).not.to.match(/RangeRDD/)
        expect(await child.toDebugString()).not.to.match(/RangeRDD/)
        if (kind === 'reliable') {
          expect(rdd.dependencies).to.deep.equal([])
          expect(rdd.getCheckpointFile()).to.equal(`${sc.getCheckpointDir()}/rdd-${rdd.id}`)
          expect(readdirSync(rdd.getCheckpointFile()!).sort()).to.deep.equal([
            ...['_SUCCESS', '_manifest.json', 'part-00000', 'part-00001', 'part-00002'],
          ])
          await sc.stop()
          expect(readdirSync(`${folder()}/checkpoints`)).to.deep.equal([sc.applicationId])
        }
      })
    }
  }

  it('compute twice what is not persisted, once what is, and never again what they were made of', async () => {
    const sc = await open()
    sc.setCheckpointDir(folder())
    const computed = sc.longAccumulator('computed')
    const counting = () =>
      sc.range(0, 100, 1, 2).map(x => {
        computed.add(1)
        return x + Math.random()
      })
    const counts: number[] = []
    const programs = [
      (rdd: RDD<number>) => rdd.checkpoint(),
      (rdd: RDD<number>) => rdd.cache().checkpoint(),
      (rdd: RDD<number>) => rdd.localCheckpoint(),
    ]
    for (const mark of programs) {
      computed.reset()
      const rdd = mark(counting())
      const first = await rdd.collect()
      const second = await rdd.collect()
      expect(await rdd.collect()).to.deep.equal(second)
      if (computed.value === 100) expect(second).to.deep.equal(first)
      await rdd.unpersist(true)
      expect(await rdd.collect()).to.deep.equal(second)
      counts.push(computed.value)
    }
    expect(counts).to.deep.equal([200, 100, 100])
  })

  it('keep lineages of programs that loop short', async () => {
    const sc = await open()
    sc.setCheckpointDir(folder())
    let rdd: RDD<[number, number]> = sc.range(0, 50, 1, 2).map((x): [number, number] => [x % 5, x])
    for (let i = 0; i < 6; i++) {
      rdd = rdd.reduceByKey((a, b) => a + b).map(([k, v]): [number, number] => [(k + 1) % 5, v + 1])
      if (i % 2 === 0) rdd.checkpoint()
      else rdd.localCheckpoint()
      await rdd.count()
      expect((await rdd.toDebugString()).split('\n').length).to.be.below(7)
    }
    const sum = (await rdd.collect()).reduce((total, [, v]) => total + v, 0)
    expect(sum).to.equal((49 * 50) / 2 + 6 * 5)
  })

  it('are refused without a folder, and named where their files are lost', async () => {
    const sc = await open()
    expect(() => sc.range(3).checkpoint())
      .to.throw(/sc\.setCheckpointDir|no folder for checkpoints/)
      .with.property('code', 'CHECKPOINT_DIR_NOT_SET')
    expect(sc.getCheckpointDir()).to.equal(undefined)
    sc.setCheckpointDir(folder())
    const rdd = sc.range(0, 1000, 1, 2).checkpoint()
    await rdd.count()
    const file = `${rdd.getCheckpointFile()}/part-00001`
    const whole = readFileSync(file)
    const damages: (() => void)[] = [
      () => truncateSync(file, whole.length - 1),
      () =>
        writeFileSync(
          file,
          Uint8Array.from(whole, (byte, i) => (i === 100 ? byte ^ 1 : byte)),
        ),
      () => rmSync(file),
    ]
    for (const damage of damages) {
      damage()
      const error = await rejection(rdd.map(x => x).count())
      expect(error.code, error.message).to.equal('CHECKPOINT_LOST')
      expect(error.message).to.match(/Partition 1 of the checkpoint of RDD \d+ cannot be read/)
      writeFileSync(file, whole)
      expect(await rdd.count()).to.equal(1000)
    }
  })

  it('are named where a local one is lost, but read from the cache while that has it', async () => {
    const sc = await open()
    const rdd = sc
      .range(0, 100, 1, 2)
      .map(x => x + 1)
      .localCheckpoint()
    await rdd.count()
    const [application] = readdirSync(folder()).filter(name => name.startsWith('simspark-'))
    const shuffles = `${folder()}/${application}/shuffle`
    for (const name of readdirSync(shuffles)) rmSync(`${shuffles}/${name}`)
    expect(await rdd.count()).to.equal(100)
    await rdd.unpersist(true)
    for (const name of readdirSync(shuffles)) rmSync(`${shuffles}/${name}`)
    const error = await rejection(rdd.count())
    expect(error.code, error.message).to.equal('CHECKPOINT_LOST')
    expect(error.message).to.match(/Block rdd_\d+_\d of a local checkpoint is lost/)
    expect(error.message).to.match(/use checkpoint\(\)/)
  })

  it('take the last mark that was local, and a level with disk', async () => {
    const sc = await open()
    sc.setCheckpointDir(folder())
    const rdd = sc.range(0, 10, 1, 2).checkpoint().localCheckpoint().checkpoint()
    expect(rdd.isLocallyCheckpointed).to.equal(true)
    expect(rdd.getStorageLevel()).to.equal(StorageLevel.MEMORY_AND_DISK)
    await rdd.count()
    expect([rdd.isCheckpointed, rdd.getCheckpointFile()]).to.deep.equal([true, undefined])
    const cached = sc.range(3).cache().localCheckpoint()
    expect(cached.getStorageLevel().description).to.equal('Disk Memory Deserialized 1x Replicated')
    expect(opened!.warnings.join()).to.match(/now is so locally/)
    expect(await sc.emptyRDD<number>().localCheckpoint().count()).to.equal(0)
  })

  it('are tried again by the next action where the writing fails', async () => {
    const sc = await open()
    writeFileSync(`${folder()}/file`, '')
    sc.setCheckpointDir(`${folder()}/file`)
    const rdd = sc.range(0, 10, 1, 2).checkpoint()
    await rdd.count().then(
      () => expect.fail('it did not reject'),
      () => undefined,
    )
    rmSync(`${folder()}/file`)
    expect(await rdd.count()).to.equal(10)
    expect(rdd.isCheckpointed).to.equal(true)
  })

  it('are written once by two actions at once', async () => {
    const sc = await open()
    sc.setCheckpointDir(folder())
    const rdd = sc
      .range(0, 10, 1, 2)
      .map(x => x)
      .checkpoint()
    expect(await Promise.all([rdd.count(), rdd.collect(), rdd.sum()])).to.have.length(3)
    expect(rdd.isCheckpointed).to.equal(true)
    expect(await rdd.collect()).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('say what of shuffles is deleted: it is made anew when it is needed', async () => {
    const sc = await open()
    const rdd = sc
      .range(0, 100, 1, 3)
      .map((x): [number, number] => [x % 7, x])
      .reduceByKey((a, b) => a + b, 4)
    const before = (await rdd.collect()).sort()
    const [application] = readdirSync(folder()).filter(name => name.startsWith('simspark-'))
    const files = () => readdirSync(`${folder()}/${application}/shuffle`).length
    expect(files()).to.equal(6)
    await rdd.map(x => x).cleanShuffleDependencies(true)
    expect(files()).to.equal(0)
    expect((await rdd.collect()).sort()).to.deep.equal(before)
    expect(files()).to.equal(6)
    await rdd.cleanShuffleDependencies()
    expect((await rdd.collect()).sort()).to.deep.equal(before)
    expect(files()).to.equal(6)
  })
})

describe('what a recomputation gives', () => {
  it('is told from the operators', async () => {
    const { sc } = interpretedContext()
    const numbers = sc.range(100)
    const keyed = numbers.map((x): [number, number] => [x % 3, x])
    const summed = keyed.reduceByKey((a, b) => a + b)
    const levels = {
      source: numbers,
      moved: numbers.repartition(3).sample(false, 0.5, 1),
      sorted: keyed.sortByKey(),
      summed,
      joined: keyed.join(keyed),
      indexed: summed.zipWithIndex(),
      sampled: summed
        .values()
        .sample(false, 0.5, 1)
        .map(x => x),
      resorted: summed.sortByKey(),
    }
    const told = Object.entries(levels).map(([name, rdd]) => {
      return `${name} ${(rdd as RDD<unknown>).outputDeterministicLevel}`
    })
    expect(told).to.deep.equal([
      'source DETERMINATE',
      'moved DETERMINATE',
      'sorted DETERMINATE',
      'summed UNORDERED',
      'joined UNORDERED',
      'indexed INDETERMINATE',
      'sampled INDETERMINATE',
      'resorted UNORDERED',
    ])
    await sc.stop()
  })
})
