import { expect } from 'chai'
import {
  Accumulator,
  AccumulatorV2,
  addLongs,
  addNumbers,
  Broadcast,
  NumberAccumulator,
  notingBroadcasts,
  registerAccumulator,
} from '#publib/execution'
import { encodeStage } from '#publib/lineage'
import { encodeValue } from '#publib/serialization'
import { broadcastId } from '#publib/util'
import { useTempFolder } from '../../../support/temp-folder.ts'
import { cached, collected, mapped, numbers } from './stages.ts'
import { errorOf, TestHost } from './test-host.ts'

const sum = {
  operations: addNumbers,
  initial: 0,
  show: (n: number) => n,
  isZero: (n: number) => n === 0,
}
const noControl = { dropCopies: async () => {} }

class Longest extends AccumulatorV2<string, string> {
  text = ''
  get isZero() {
    return this.text === ''
  }
  get value() {
    return this.text
  }
  add(value: string) {
    if (value.length > this.text.length) this.text = value
  }
  reset() {
    this.text = ''
  }
  copy() {
    return Object.assign(new Longest(), this)
  }
  merge(other: this) {
    this.add(other.text)
  }
}

describe('shared variables', () => {
  const folder = useTempFolder()
  let host: TestHost
  beforeEach(() => {
    host = new TestHost(folder(), { executors: 2 })
  })
  afterEach(() => host.close())

  it('adds up what tasks add, once for each end that is counted', async () => {
    const total = new Accumulator(4, sum)
    const long = new NumberAccumulator(5, addLongs, { name: 'rows' })
    const f = (x: number) => {
      total.add(x)
      long.add(1)
      return x
    }
    const ended = await host.run(mapped(numbers(10, 2), f), collected)
    for (const { updates } of ended) {
      total.mergeUpdate(updates.get(4)!)
      long.mergeUpdate(updates.get(5)!)
    }
    expect([total.value, long.sum, long.count, long.avg]).to.deep.equal([45, 10, 10, 1])
  })

  it('is one accumulator where two functions of a stage captured it', async () => {
    const total = new Accumulator(4, sum)
    const add = (x: number) => {
      total.add(x)
      return x
    }
    const more = (x: number) => {
      total.add(100)
      return x
    }
    const [ended] = await host.run(mapped(mapped(numbers(3, 1), add), more), collected)
    total.mergeUpdate(ended!.updates.get(4)!)
    expect(total.value).to.equal(303)
  })

  it("carries accumulators of the user's own class", async () => {
    const longest = new Longest()
    const merging = registerAccumulator(longest, 9)
    const words = ['a', 'long one', 'b', 'mid']
    const f = (x: number) => {
      longest.add(words[x]!)
      return x
    }
    const ended = await host.run(mapped(numbers(4, 2), f), collected)
    for (const each of ended) {
      expect(each.end.kind).to.equal('success', JSON.stringify(each.end))
      merging.mergeUpdate(each.updates.get(9)!)
    }
    expect(longest.value).to.equal('long one')
  })

  it('refuses reading in a task, and values that are no numbers, by name', async () => {
    const total = new Accumulator(4, sum, { name: 'total' })
    const [read] = await host.run(
      mapped(numbers(1, 1), () => total.value),
      collected,
    )
    expect(errorOf(read!)).to.include({ code: 'ACCUMULATOR_READ' })
    const [odd] = await host.run(
      mapped(numbers(1, 1), () => total.add(Number.NaN)),
      collected,
    )
    expect(errorOf(odd!).message).to.match(/accumulator 'total' adds numbers, not NaN/)
  })

  it('counts what a failed attempt added only where that was asked for', async () => {
    const total = new Accumulator(4, sum)
    const tried = new Accumulator(5, sum, { countFailedValues: true })
    const f = (x: number) => {
      total.add(1)
      tried.add(1)
      if (x === 2) throw new Error('no')
      return x
    }
    const [ended] = await host.run(mapped(numbers(3, 1), f), collected)
    expect([...ended!.updates.keys()]).to.deep.equal([5])
  })

  it('gives tasks a broadcast that came in pieces, decoded once for each executor', async () => {
    const table = new Broadcast(
      3,
      { rate: 7, seen: [] as number[] },
      encodeValue({ rate: 7, seen: [] }),
      noControl,
    )
    const f = (x: number) => {
      table.value.seen.push(x)
      return x * table.value.rate + table.value.seen.length
    }
    const lineage = mapped(numbers(2, 1), f)
    const { broadcasts } = notingBroadcasts(() => encodeStage(lineage, collected))
    expect(broadcasts).to.deep.equal([table])
    const size = table.bytes.length
    for (const offset of [10, 0, 10]) {
      const piece = table.bytes.subarray(offset, offset === 0 ? 10 : size)
      host.driver.send({ type: 'broadcast', broadcastId: broadcastId(3), offset, size }, [piece])
    }
    const [first] = await host.run(lineage, collected, { executor: 0 })
    const [second] = await host.run(lineage, collected, { executor: 0 })
    expect([first!.result, second!.result]).to.deep.equal([
      [1, 9],
      [3, 11],
    ])
  })

  it('says where a broadcast was destroyed', async () => {
    const where = { file: '/home/me/program.ts', line: 12, column: 1 }
    const table = new Broadcast(3, 1, encodeValue(1), noControl, () => where)
    await table.destroy()
    expect(() => table.value).to.throw(/broadcast 3 was destroyed at program.ts:12/)
  })

  it('computes a cached partition once, whichever executor reads it next', async () => {
    const computed = new Accumulator(4, sum)
    const source = cached(
      mapped(numbers(10_000, 2), x => {
        computed.add(1)
        return { x }
      }),
    )
    const total = async (executor: number) => {
      const lineage = mapped(source, row => row.x)
      const ended = await host.run(lineage, collected, { executor })
      for (const { updates } of ended) if (updates.has(4)) computed.mergeUpdate(updates.get(4)!)
      return ended.flatMap(each => each.result as number[]).reduce((a, b) => a + b, 0)
    }
    expect([await total(0), await total(1), computed.value]).to.deep.equal([
      49995000, 49995000, 10_000,
    ])
    host.driver.send({ type: 'unpersist', rddId: source.id })
    expect([await total(0), computed.value]).to.deep.equal([49995000, 20_000])
    const told = host.messages.flatMap(message =>
      message.type === 'cachedBlocks' ? message.blocks : [],
    )
    expect(told.map(block => block.memoryBytes > 0)).to.deep.equal([
      true,
      true,
      false,
      false,
      true,
      true,
    ])
  })

  it('evicts what was used least recently, and passes on what does not fit', async () => {
    await host.close()
    host = new TestHost(folder(), { cacheBytes: 3 << 20 })
    const large = (partitions: number) =>
      cached(mapped(numbers(200_000 * partitions, partitions), x => x + 0.5))
    const [a, b, tooLarge] = [large(1), large(1), large(3)]
    for (const lineage of [a, b, tooLarge]) {
      const ended = await host.run(lineage, collected)
      expect(ended.map(each => (each.result as number[]).length)).to.deep.equal(
        ended.map(() => 200_000),
      )
    }
    const told = host.messages.flatMap(message =>
      message.type === 'cachedBlocks' ? message.blocks : [],
    )
    const changes = told.map(block => [block.rddId, block.partition, block.memoryBytes > 0])
    expect(changes).to.deep.equal([
      [a.id, 0, true],
      [a.id, 0, false],
      [b.id, 0, true],
      [b.id, 0, false],
      [tooLarge.id, 0, true],
    ])
  })
})
