import { readdirSync } from 'node:fs'
import { expect } from 'chai'
// Loads the context and RDDs, which fill in what they show each other.
import '#driver'
import { realClock, realFiles, realRandom, realThreads } from '#publib/env'
import { silentLogger } from '#publib/log'
import { LocalBackend } from '../../../../driver/backend/local.ts'
import { planContext } from '../../../../driver/context-options.ts'
import type { Engine } from '../../../../driver/engine.ts'
import type { SparkContext } from '../../../../driver/index.ts'
import { internals } from '../../../../driver/internals.ts'
import { startEngine } from '../../../../driver/start-engine.ts'
import { useTempFolder } from '../../../support/temp-folder.ts'

describe('a context in local mode', () => {
  const folder = useTempFolder()
  let engine: Engine
  let sc: SparkContext
  let warnings: string[]

  beforeEach(async () => {
    warnings = []
    const backend = new LocalBackend({
      env: { clock: realClock, random: realRandom, files: realFiles, threads: realThreads },
      ...{ executors: { threads: 1 }, localFolders: [folder()], executorMemoryBytes: 256 << 20 },
      ...{ memoryFraction: 0.6, storageFraction: 0.5 },
    })
    const plan = planContext({ master: 'local[1]' })
    const log = { ...silentLogger, warn: (event: string) => void warnings.push(event) }
    const parts = { backend, clock: realClock, files: realFiles, log, failuresMax: 1 }
    engine = await startEngine(plan, parts)
    sc = internals.newContext(plan, engine)
  })
  afterEach(() => sc.stop())

  const shuffleFiles = (): readonly string[] => {
    const [application] = readdirSync(folder())
    return readdirSync(`${folder()}/${application}/shuffle`)
  }

  it('deletes the files of shuffles that no RDD can ask for any more', async () => {
    const pairs = sc.parallelize([1, 2, 3, 4], 2).map((x): [number, number] => [x % 2, x])
    const kept = pairs.reduceByKey((a, b) => a + b)
    expect(await kept.count()).to.equal(2)
    const before = shuffleFiles()
    expect(before).to.have.length(4)
    const gone = pairs.groupByKey()
    expect(await gone.count()).to.equal(2)
    expect(shuffleFiles()).to.have.length(8)
    await engine.dropShuffles(internals.lineageOf(gone).shuffleIds())
    expect(shuffleFiles()).to.deep.equal(before)
    expect(await kept.count()).to.equal(2)
  })

  it('says once for each class that its instances travel as plain objects', async () => {
    class Person {
      name = 'ann'
      greet = 1
    }
    class Place {
      name = 'here'
    }
    const people = sc.range(3).map((i): [number, unknown] => [i, new Person()])
    await people.groupByKey().count()
    await people.collect()
    const places = sc.range(2).map(() => new Place())
    await places.persist().count()
    await places.collect()
    const told = warnings.filter(text => text.includes('plain objects'))
    expect(told.map(text => text.split(' ')[2])).to.deep.equal(['Person', 'Place'])
  })
})
