import { expect } from 'chai'
import type { MapStatus } from '#publib/blocks'
import { useTempFolder } from '../../../support/temp-folder.ts'
import { collected, mapped, numbers, summedByKey } from './stages.ts'
import { type Ended, errorOf, TestHost, type TestHostOptions } from './test-host.ts'

describe('an executor host with threads', () => {
  const folder = useTempFolder()
  let hosts: TestHost[] = []
  function startHost(options?: TestHostOptions): TestHost {
    const host = new TestHost(folder(), options)
    hosts.push(host)
    return host
  }
  afterEach(async () => {
    await Promise.all(hosts.map(host => host.close()))
    hosts = []
  })

  it('runs a stage end to end, with what its functions captured', async () => {
    const factor = 3
    const host = startHost({ executors: 2 })
    const ended = await host.run(
      mapped(numbers(6, 2), x => x * factor),
      collected,
    )
    expect(ended.map(each => each.result)).to.deep.equal([
      [0, 3, 6],
      [9, 12, 15],
    ])
  })

  it('hands on what one stage writes to the next', async () => {
    const host = startHost({ executors: 2 })
    const pairs = mapped(numbers(1000, 2), (x): readonly [number, number] => [x % 7, 1])
    const { lineage, mapWork, dependency } = summedByKey(pairs, 3)
    const written = await host.run(pairs, mapWork)
    host.tellMapOutputs(dependency.shuffleId, written.map(statusOf))
    const read = await host.run(lineage, collected, { reads: [dependency.shuffleId] })
    const sums = new Map(read.flatMap(each => each.result as [number, number][]))
    expect([...sums].sort()).to.deep.equal([0, 1, 2, 3, 4, 5, 6].map(k => [k, k < 6 ? 143 : 142]))
  })
})

function statusOf(ended: Ended): MapStatus {
  if (ended.end.kind === 'success' && ended.end.result.kind === 'mapStatus')
    return ended.end.result.status
  throw errorOf(ended)
}
