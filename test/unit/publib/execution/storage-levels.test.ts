import { readdirSync, rmSync, truncateSync } from 'node:fs'
import { expect } from 'chai'
import { StorageLevel } from '#publib/blocks'
import type { Lineage } from '#publib/lineage'
import { useTempFolder } from '../../../support/temp-folder.ts'
import { cached, collected, counted, mapped, numbers } from './stages.ts'
import { errorOf, TestHost } from './test-host.ts'

const modes = ['plain', 'loops', 'kernels'] as const

describe('storage levels', function () {
  this.timeout(10_000)
  const folder = useTempFolder()
  let host: TestHost
  const open = (cacheBytes = 8 << 20) => new TestHost(folder(), { executors: 2, cacheBytes })
  beforeEach(() => {
    host = open()
  })
  afterEach(() => host.close())

  const keptAs = <T>(level: StorageLevel, lineage: Lineage<T>): Lineage<T> => {
    lineage.about.storageLevel = level
    return cached(lineage)
  }
  const files = () => readdirSync(`${folder()}/spill`).sort()
  const told = () =>
    host.messages
      .flatMap(message => (message.type === 'cachedBlocks' ? message.blocks : []))
      .map(({ partition, memoryBytes, diskBytes }) => [
        partition,
        memoryBytes > 0 ? 'memory' : diskBytes > 0 ? 'disk' : 'gone',
      ])

  it('keep on disk what is to be there alone, for all executors and tiers', async () => {
    const rows = (i: number) => ({ id: i, name: `n${i % 7}`, tags: [i, null], at: i / 3 })
    const expected = JSON.stringify(Array.from({ length: 6000 }, (_, i) => rows(i)))
    for (const filled of modes) {
      const source = keptAs(StorageLevel.DISK_ONLY, mapped(numbers(6000, 2), rows))
      for (const [executor, codegen] of [filled, ...modes].entries()) {
        const ended = await host.run(source, collected, { executor, codegen })
        const read = ended.flatMap(each => each.result as unknown[])
        expect(JSON.stringify(read) === expected, `${filled}, ${codegen}`).to.equal(true)
      }
    }
    expect(host.cacheBudget.usedBytes).to.equal(0)
    expect(files()).to.have.length(6)
    expect(told().map(([, where]) => where)).to.deep.equal(Array(6).fill('disk'))
  })

  for (const level of [StorageLevel.MEMORY_AND_DISK, StorageLevel.OFF_HEAP]) {
    it(`put what has no room in memory on disk: ${level}`, async () => {
      const source = keptAs(
        level,
        mapped(numbers(2_000_000, 1), x => x + 0.5),
      )
      for (const codegen of modes) {
        const [ended] = await host.run(source, counted, { codegen })
        expect(ended!.result).to.equal(2_000_000)
      }
      expect(told()).to.deep.equal([[0, 'disk']])
      expect(host.cacheBudget.usedBytes).to.equal(0)
    })
  }

  it('move to disk what must give way in memory, where the level has disk, and drop the others', async () => {
    const large = (level: StorageLevel) =>
      keptAs(
        level,
        mapped(numbers(350_000, 1), x => x + 0.5),
      )
    const [stays, goes, last] = [
      large(StorageLevel.MEMORY_AND_DISK),
      large(StorageLevel.MEMORY_ONLY),
      large(StorageLevel.MEMORY_ONLY_SER),
    ]
    for (const source of [stays, goes, last, last]) {
      const [ended] = await host.run(source, counted)
      expect(ended!.result).to.equal(350_000)
    }
    const third = large(StorageLevel.MEMORY_ONLY)
    for (const source of [stays, third]) await host.run(source, counted)
    expect(told()).to.deep.equal([
      ...[
        [0, 'memory'],
        [0, 'memory'],
        [0, 'disk'],
        [0, 'memory'],
      ],
      ...[
        [0, 'gone'],
        [0, 'memory'],
      ],
    ])
    expect(files()).to.have.length(1)
    for (const executor of [0, 1]) {
      const [ended] = await host.run(stays, collected, { executor })
      expect((ended!.result as number[])[349_999]).to.equal(349_999.5)
    }
  })

  it('tell executors that start later what is on disk', async () => {
    await host.close()
    host = new TestHost(folder(), { executors: 1, cacheBytes: 8 << 20 })
    const source = keptAs(
      StorageLevel.DISK_ONLY,
      mapped(numbers(100, 1), x => [x, Math.random()]),
    )
    const [first] = await host.run(source, collected)
    const [lost] = await host.run(
      mapped(numbers(1, 1), () => process.exit(3)),
      counted,
    )
    expect(lost!.end.kind).to.equal('executorLost')
    const [second] = await host.run(source, collected)
    expect(second!.result).to.deep.equal(first!.result)
  })

  it('delete files when the RDD is not persisted any more, and then compute anew', async () => {
    const source = keptAs(
      StorageLevel.DISK_ONLY,
      mapped(numbers(100, 2), () => Math.random()),
    )
    const first = (await host.run(source, collected)).map(each => each.result)
    host.driver.send({ type: 'unpersist', rddId: source.id })
    host.driver.send({ type: 'confirm', requestId: 3 })
    const confirmed = () => host.messages.find(({ type }) => type === 'confirmed')
    while (confirmed() === undefined) await new Promise(resolve => setImmediate(resolve))
    expect(confirmed()).to.deep.equal({ type: 'confirmed', requestId: 3 })
    expect(files()).to.deep.equal([])
    const second = (await host.run(source, collected)).map(each => each.result)
    expect(second).not.to.deep.equal(first)
    expect(told().map(([, where]) => where)).to.deep.equal([
      ...['disk', 'disk', 'gone', 'gone', 'disk', 'disk'],
    ])
  })

  it('compute anew what is gone from disk, and fail once where it is damaged', async () => {
    const source = keptAs(
      StorageLevel.DISK_ONLY,
      mapped(numbers(100, 1), x => x + 0.5),
    )
    await host.run(source, counted)
    rmSync(`${folder()}/spill/${files()[0]}`)
    const [again] = await host.run(source, counted, { executor: 1 })
    expect(again!.result).to.equal(100)
    truncateSync(`${folder()}/spill/${files()[0]}`, 20)
    const [damaged] = await host.run(source, counted)
    expect(errorOf(damaged!)).to.include({ code: 'CORRUPT_BLOCK', retryable: true })
    const [mended] = await host.run(source, counted)
    expect(mended!.result).to.equal(100)
  })

  it('leave no file of a task that fails or whose thread ends', async () => {
    const failing = (end: string) =>
      keptAs(
        StorageLevel.DISK_ONLY,
        mapped(numbers(300_000, 1), x => {
          if (x === 250_000 && end === 'throw') throw new Error('no')
          if (x === 250_000) process.exit(3)
          return x
        }),
      )
    const [failed] = await host.run(failing('throw'), counted)
    expect(errorOf(failed!).message).to.match(/no/)
    expect(files()).to.deep.equal([])
    const [lost] = await host.run(failing('exit'), counted)
    expect(lost!.end.kind).to.equal('executorLost')
    while (files().length > 0) await new Promise(resolve => setImmediate(resolve))
  })
})
