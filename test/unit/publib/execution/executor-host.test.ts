import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { expect } from 'chai'
import type { MapStatus } from '#publib/blocks'
import { TaskContext } from '#publib/execution'
import { slowClock } from '../../../support/slow-clock.ts'
import { useTempFolder } from '../../../support/temp-folder.ts'
import {
  collected,
  counted,
  mapped,
  mappedAsync,
  mappedPartitions,
  numbers,
  summedByKey,
} from './stages.ts'
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

  it('deletes the files of shuffles that are dropped, and no others', async () => {
    const host = startHost()
    const pairs = mapped(numbers(10, 2), (x): readonly [number, number] => [x, 1])
    const { mapWork, dependency } = summedByKey(pairs, 2)
    const { shuffleId } = dependency
    await host.run(pairs, mapWork)
    const shuffles = `${folder()}/shuffle`
    const other = `shuffle_${shuffleId}9_0_1.data`
    writeFileSync(`${shuffles}/${other}`, 'of another shuffle')
    expect(readdirSync(shuffles)).to.have.length(5)
    host.driver.send({ type: 'dropShuffles', shuffleIds: [shuffleId] })
    await new Promise(resolve => setImmediate(resolve))
    await host.close()
    expect(readdirSync(shuffles)).to.deep.equal([other])
  })

  it('measures what the garbage collector and the processor took', async () => {
    const host = startHost()
    const [ended] = await host.run(
      mapped(numbers(50, 1), x => {
        let kept: unknown[] = []
        for (let i = 0; i < 100_000; i++) {
          if (kept.length > 20_000) kept = []
          kept.push({ i })
        }
        return x + kept.length
      }),
      counted,
    )
    const { gcTimeMs, executorCpuTimeMs, executorRunTimeMs } = ended!.metrics!
    expect(gcTimeMs).to.be.greaterThan(0).and.lessThan(executorRunTimeMs)
    expect(executorCpuTimeMs).to.be.greaterThan(0)
  })

  it('hands over results larger than a message in pieces', async () => {
    const host = startHost()
    const [ended] = await host.run(
      mapped(numbers(3, 1), x => String(x).repeat(1 << 20)),
      collected,
    )
    expect((ended!.result as string[]).map(text => text.length)).to.deep.equal(
      [1, 1, 1].map(n => n << 20),
    )
    expect(host.messages.filter(message => message.type === 'resultChunk').length).to.be.above(3)
  })

  it('gives asynchronous functions their wait before the synchronous part', async () => {
    const host = startHost()
    const doubled = mappedAsync(numbers(10, 1), async x => {
      await new Promise(resolve => setTimeout(resolve, 1))
      return x * 2
    })
    const [ended] = await host.run(
      mapped(doubled, x => x + 1),
      collected,
    )
    expect(ended!.result).to.deep.equal([1, 3, 5, 7, 9, 11, 13, 15, 17, 19])
  })

  it('sends what user functions print to the host, with the task', async () => {
    const host = startHost()
    const talk = mapped(numbers(2, 1), x => {
      console.log('seen', x)
      return x
    })
    const [ended] = await host.run(talk, collected)
    const texts = host.output.map(({ taskId, stream, text }) => ({ taskId, stream, text }))
    expect(texts).to.deep.equal([
      { taskId: ended!.taskId, stream: 'stdout', text: 'seen 0\nseen 1\n' },
    ])
  })

  it('tells functions of their task', async () => {
    const host = startHost()
    const told = mapped(numbers(2, 2), () => {
      const context = TaskContext.get()!
      return [context.partitionId, context.numPartitions, context.getLocalProperty('colour')]
    })
    const ended = await host.run(told, collected)
    expect(ended.map(each => each.end.kind)).to.deep.equal(
      ['success', 'success'],
      JSON.stringify(ended[0]!.end),
    )
    expect(ended.map(each => each.result)).to.deep.equal([[[0, 2, 'blue']], [[1, 2, 'blue']]])
  })

  it('stops between batches when it is cancelled, in the same thread', async () => {
    // No thread is ended for not having listened within 50 ms, however busy the machine is.
    const host = startHost({ clock: slowClock(100) })
    const numbered = numbers(1, 1)
    await host.run(
      mapped(numbered, () => Object.assign(globalThis, { mark: 'still here' }) && 0),
      collected,
    )
    const forever = mappedPartitions(numbers(1, 1), function* () {
      for (;;) yield 1
    })
    const [launched] = host.launch(
      mapped(forever, x => x),
      { ...counted },
    )
    await host.running(launched!.taskId)
    host.driver.send({ type: 'killTasks', taskIds: [launched!.taskId], reason: 'not needed' })
    expect((await launched!.ended).end).to.deep.equal({ kind: 'killed', reason: 'not needed' })
    const [mark] = await host.run(
      mapped(numbered, () => Reflect.get(globalThis, 'mark')),
      collected,
    )
    expect(mark!.result).to.deep.equal(['still here'])
  })
})

describe('a task that goes wrong', () => {
  const folder = useTempFolder()
  let host: TestHost
  beforeEach(() => {
    host = new TestHost(folder(), { heapMiB: 64 })
  })
  afterEach(() => host.close())

  const fails = async (f: (x: number) => unknown): Promise<Ended> => {
    const [ended] = await host.run(mapped(numbers(1, 1), f), collected)
    return ended!
  }
  const works = async (): Promise<void> => {
    const [ended] = await host.run(
      mapped(numbers(2, 1), x => x + 1),
      collected,
    )
    expect(ended!.result).to.deep.equal([1, 2])
  }

  it('ends with what the function threw, and may be tried again', async () => {
    const ended = await fails(() => {
      throw new RangeError('no such row')
    })
    expect(errorOf(ended)).to.include({ name: 'RangeError', message: 'no such row' })
    expect(ended.end).to.include({ kind: 'failed', retryable: true })
    await works()
  })

  it('is reported whatever was thrown', async () => {
    const thrown: unknown[] = [null, undefined, Symbol('s'), 'text']
    for (const value of thrown) {
      const index = thrown.indexOf(value)
      const ended = await fails(() => {
        throw [null, undefined, Symbol('s'), 'text'][index]
      })
      expect(errorOf(ended).message).to.equal(String(value))
    }
    const ended = await fails(() => {
      throw {
        toString() {
          throw 1
        },
      }
    })
    expect(errorOf(ended).message).to.match(/cannot be shown/)
  })

  it('is not tried again where a value is a promise, or cannot be encoded', async () => {
    const promised = await fails(async x => x)
    expect(errorOf(promised)).to.include({ code: 'UNEXPECTED_PROMISE' })
    expect(promised.end).to.include({ kind: 'failed', retryable: false })
    const odd = await fails(() => () => 1)
    expect(errorOf(odd)).to.include({ code: 'VALUE_NOT_ENCODABLE' })
    expect(odd.end).to.include({ kind: 'failed', retryable: false })
  })

  it('fails with a rejection that nobody awaits, and the next one runs', async () => {
    const ended = await fails(x => {
      void Promise.reject(new Error('forgotten'))
      return x
    })
    expect(errorOf(ended).message).to.equal('forgotten')
    await works()
  })

  it('names process.exit as the cause, and a fresh thread takes the next', async () => {
    const ended = await fails(() => process.exit(7))
    expect(ended.end.kind).to.equal('executorLost')
    const cause = ended.end.kind === 'executorLost' ? ended.end.cause : undefined
    expect(cause).to.include({ kind: 'exitCode', counts: true })
    expect(cause!.message).to.match(/exit code 7/)
    await works()
  })

  it('names memory as the cause, with the limit', async () => {
    const ended = await fails(() => {
      const kept: object[][] = []
      for (;;) kept.push(Array.from({ length: 1000 }, (_, i) => ({ i, text: `${i} of many` })))
    })
    const cause = ended.end.kind === 'executorLost' ? ended.end.cause : undefined
    expect(cause).to.include({ kind: 'outOfMemory', counts: true })
    expect(cause!.message).to.match(/64 MiB/)
    await works()
  }).timeout(20_000)

  it('is cancelled while it waits for a promise that never settles', async () => {
    const waiting = mappedAsync(numbers(1, 1), () => new Promise<number>(() => {}))
    const [launched] = host.launch(waiting, collected)
    await host.running(launched!.taskId)
    host.driver.send({ type: 'killTasks', taskIds: [launched!.taskId], reason: 'enough' })
    expect((await launched!.ended).end).to.deep.equal({ kind: 'killed', reason: 'enough' })
    await works()
  })

  it('reports recursion without end as the error of that task', async () => {
    const ended = await fails(() => {
      const deeper = (n: number): number => deeper(n + 1) + 1
      return deeper(0)
    })
    expect(errorOf(ended).name).to.equal('RangeError')
    await works()
  })

  it('takes its spilled data and unfinished map output with it when its thread is ended', async () => {
    const begun = `${folder()}/begun`
    const [launched] = host.launch(
      mapped(numbers(1, 1), () => {
        writeFileSync(begun, '')
        for (;;);
      }),
      collected,
    )
    const id = launched!.taskId
    while (!existsSync(begun)) await new Promise(resolve => setImmediate(resolve))
    const mine = [`spill/${id}-0.spill`, `shuffle/shuffle_1_0_${id}.data.tmp`]
    const others = [`spill/${id}1-0.spill`, `shuffle/shuffle_1_0_${id}.data`]
    for (const name of [...mine, ...others]) writeFileSync(`${folder()}/${name}`, 'x')
    host.driver.send({ type: 'killTasks', taskIds: [id], reason: 'enough' })
    await launched!.ended
    await works()
    const left = ['spill', 'shuffle'].flatMap(name =>
      readdirSync(`${folder()}/${name}`).map(file => `${name}/${file}`),
    )
    expect(left).to.have.members(others)
  })

  it('replaces the thread when something is thrown after its task, and blames no other task', async () => {
    const late = await fails(() => {
      Object.assign(globalThis, { mark: 'the old thread' })
      setTimeout(() => {
        throw new Error('too late')
      }, 0)
      return 0
    })
    expect(late.end.kind).to.equal('success')
    for (let isOld = true; isOld; ) {
      const next = await fails(() => Reflect.get(globalThis, 'mark'))
      isOld = next.end.kind === 'success' && (next.result as unknown[])[0] !== undefined
      if (next.end.kind === 'executorLost') expect(next.end.cause.counts).to.equal(false)
      else expect(next.end.kind).to.equal('success')
    }
    await works()
  })

  it('is terminated when it does not listen, and the one behind it runs in a fresh thread', async () => {
    const begun = `${folder()}/begun`
    const stuck = mapped(numbers(2, 2), x => {
      if (x === 0) writeFileSync(begun, '')
      while (x === 0);
      return x
    })
    const [first, second] = host.launch(stuck, collected)
    while (!existsSync(begun)) await new Promise(resolve => setImmediate(resolve))
    host.driver.send({ type: 'killTasks', taskIds: [first!.taskId], reason: 'enough' })
    expect((await first!.ended).end).to.deep.equal({ kind: 'killed', reason: 'enough' })
    expect((await second!.ended).result).to.deep.equal([1])
  })
})

function statusOf(ended: Ended): MapStatus {
  if (ended.end.kind === 'success' && ended.end.result.kind === 'mapStatus')
    return ended.end.result.status
  throw errorOf(ended)
}
