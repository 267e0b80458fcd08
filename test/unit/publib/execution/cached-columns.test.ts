import { expect } from 'chai'
import { useTempFolder } from '../../../support/temp-folder.ts'
import { cached, collected, counted, mapped, mappedPartitions, numbers } from './stages.ts'
import { errorOf, TestHost } from './test-host.ts'

const modes = ['plain', 'loops', 'kernels'] as const

describe('cached partitions', function () {
  this.timeout(10_000)
  const folder = useTempFolder()
  let host: TestHost
  beforeEach(() => {
    host = new TestHost(folder(), { executors: 2, cacheBytes: 8 << 20 })
  })
  afterEach(() => host.close())

  for (const filled of modes) {
    it(`that were filled by ${filled} are read alike by all executors and tiers`, async () => {
      const rows = (i: number) => ({
        id: i,
        name: `n${i % 7}`,
        point: [i / 3, -i],
        tags: [i, null],
      })
      const source = cached(mapped(numbers(6000, 2), rows))
      const expected = JSON.stringify(Array.from({ length: 6000 }, (_, i) => rows(i)))
      for (const [executor, codegen] of [filled, ...modes].entries()) {
        const ended = await host.run(source, collected, { executor, codegen })
        const read = ended.flatMap(each => each.result as unknown[])
        expect(JSON.stringify(read) === expected).to.equal(true)
      }
      const stored = host.messages.flatMap(message =>
        message.type === 'cachedBlocks' ? message.blocks : [],
      )
      expect(stored.map(({ partition }) => partition).sort()).to.deep.equal([0, 1])
    })
  }

  it('hold pairs of a text and an integer in less than 20 bytes each, whatever batches they come in', async () => {
    const source = cached(
      mappedPartitions(numbers(40_000, 1), function* (records) {
        // Every record is a batch of its own to whoever reads them.
        for (const i of records) yield [`k${i * 25}`, i]
      }),
    )
    const [ended] = await host.run(source, counted)
    expect(ended!.result).to.equal(40_000)
    expect(host.cacheBudget.usedBytes / 40_000).to.be.within(12, 16)
  })

  it('give back what has no columns, and nothing at all', async () => {
    const odd = (i: number): unknown => {
      if (i % 4 === 0) return new Map([[i, 'x']])
      return i % 4 === 1 ? [i, new Date(i)] : i % 4 === 2 ? undefined : [[[[[[[[i]]]]]]]]
    }
    for (const source of [
      cached(mapped(numbers(3000, 1), odd)),
      cached(mappedPartitions(numbers(3000, 1), () => [])),
    ]) {
      const [first] = await host.run(source, collected)
      const [second] = await host.run(source, collected, { executor: 1, codegen: 'kernels' })
      expect(second!.result).to.deep.equal(first!.result)
    }
  })

  it('take no room when their thread ends before they are whole, or their task fails', async () => {
    const large = (f: (x: number) => number) => cached(mapped(numbers(300_000, 1), f))
    const [failed] = await host.run(
      large(x => {
        if (x === 250_000) throw new Error('no')
        return x + 0.5
      }),
      counted,
    )
    expect(errorOf(failed!).message).to.match(/no/)
    expect(host.cacheBudget.usedBytes).to.equal(0)
    const [lost] = await host.run(
      large(x => {
        if (x === 250_000) process.exit(3)
        return x + 0.5
      }),
      counted,
    )
    expect(lost!.end.kind).to.equal('executorLost')
    expect(host.cacheBudget.usedBytes).to.equal(0)
  })

  it('are passed on where there is no room, in every tier', async () => {
    const source = cached(mapped(numbers(2_000_000, 1), x => x + 0.5))
    for (const codegen of modes) {
      const [ended] = await host.run(source, counted, { codegen })
      expect(ended!.result).to.equal(2_000_000)
      expect(host.cacheBudget.usedBytes).to.equal(0)
    }
  })
})
