import { expect } from 'chai'
import type { SparkContext } from '../../../../driver/index.ts'
import { interpretedContext } from '../../../support/interpreted-context.ts'
import { rejection, thrown } from '../../../support/rejection.ts'

describe('mapAsync', () => {
  let sc: SparkContext
  beforeEach(() => {
    sc = interpretedContext().sc
  })
  afterEach(() => sc.stop())

  /** Calls that end when they are told to. */
  const gate = () => {
    const waiting: (() => void)[] = []
    return {
      waiting,
      wait: () => new Promise<void>(resolve => waiting.push(resolve)),
    }
  }
  const turn = () => new Promise(resolve => setImmediate(resolve))

  it('gives results in the order of their elements, however they end', async () => {
    const { waiting, wait } = gate()
    const result = sc
      .parallelize([1, 2, 3, 4], 1)
      .mapAsync(async x => {
        await wait()
        return x * 10
      })
      .collect()
    await turn()
    expect(waiting).to.have.length(4)
    for (const end of waiting.reverse()) {
      end()
      await turn()
    }
    expect(await result).to.deep.equal([10, 20, 30, 40])
  })

  it('gives results as they end where order is not asked for', async () => {
    const { waiting, wait } = gate()
    const result = sc
      .parallelize([1, 2, 3], 1)
      .mapAsync(
        async x => {
          await wait()
          return x
        },
        { ordered: false },
      )
      .collect()
    await turn()
    for (const end of waiting.reverse()) {
      end()
      await turn()
    }
    expect(await result).to.deep.equal([3, 2, 1])
  })

  it('has no more calls under way than allowed', async () => {
    let underWay = 0
    let most = 0
    const rdd = sc.range(0, 50, 1, 1).mapAsync(
      async x => {
        most = Math.max(most, ++underWay)
        await turn()
        underWay--
        return x
      },
      { concurrency: 3 },
    )
    expect(await rdd.sum()).to.equal(1225)
    expect(most).to.equal(3)
  })

  it('takes functions that do not wait, and any number of elements', async () => {
    expect(
      await sc
        .range(0, 10_000, 1, 3)
        .mapAsync(x => x + 1)
        .sum(),
    ).to.equal(50_005_000)
    expect(
      await sc
        .parallelize<number>([], 2)
        .mapAsync(async x => x)
        .collect(),
    ).to.deep.equal([])
  })

  it('tries again what rejects, as often as allowed and only where it is worth it', async () => {
    const calls = new Map<number, number>()
    const flaky = async (x: number) => {
      const nth = (calls.get(x) ?? 0) + 1
      calls.set(x, nth)
      if (nth < 3) throw new Error(`try ${nth} of ${x}`)
      return x
    }
    const patient = { retries: 2, backoffMs: 0 }
    expect(await sc.parallelize([1, 2], 1).mapAsync(flaky, patient).sum()).to.equal(3)
    calls.clear()
    await sc
      .parallelize([1], 1)
      .mapAsync(flaky, { ...patient, retries: 1 })
      .count()
      .then(
        () => expect.fail('it did not reject'),
        (error: Error) => expect(error.message).to.equal('try 2 of 1'),
      )
    calls.clear()
    const retryIf = (error: unknown) => !String(error).includes('try 1')
    await sc
      .parallelize([1], 1)
      .mapAsync(flaky, { ...patient, retryIf })
      .count()
      .then(
        () => expect.fail('it did not reject'),
        (error: Error) => expect(error.message).to.equal('try 1 of 1'),
      )
  })

  it('a call that takes too long is given up, and told so by its signal', async () => {
    const aborted: unknown[] = []
    const slow = sc.parallelize([1], 1).mapAsync(
      (_x, signal) =>
        new Promise<number>(() => {
          signal.addEventListener('abort', () => aborted.push(signal.reason))
        }),
      { timeoutMs: 1 },
    )
    const error = await rejection(slow.collect())
    expect(error.code).to.equal('TASK_TIMEOUT')
    expect(error.message).to.match(
      /rdd\.mapAsync\(\) at async\.test\.ts:\d+ gave no result within 1 ms/,
    )
    expect(aborted).to.have.length(1)
  })

  it('a failure ends the calls that are under way', async () => {
    let abortedCount = 0
    const rdd = sc.range(0, 4, 1, 1).mapAsync(async (x, signal) => {
      signal.addEventListener('abort', () => abortedCount++)
      await turn()
      if (x === 0) throw new Error('first')
      return new Promise<number>(() => {})
    })
    await rdd.collect().catch((error: Error) => expect(error.message).to.equal('first'))
    // The one that failed needs no signal.
    expect(abortedCount).to.equal(3)
  })

  it('limits of the whole job are shared out among its tasks', async () => {
    let underWay = 0
    let most = 0
    const rdd = (options: object) =>
      sc.range(0, 20, 1, 2).mapAsync(async x => {
        most = Math.max(most, ++underWay)
        await turn()
        underWay--
        return x
      }, options)
    await rdd({ concurrencyPerJob: 5 }).count()
    expect(most).to.be.at.most(2)
    const error = await rejection(rdd({ concurrencyPerJob: 1 }).count())
    expect(error.code).to.equal('INVALID_ARGUMENT')
    expect(error.hint).to.contain('coalesce(1)')
  })

  it('chains, and stands before shuffles', async () => {
    const rdd = sc
      .range(0, 6, 1, 2)
      .mapAsync(async x => x + 1)
      .map(x => x * 2)
      .mapAsync(async x => [x % 4, x] as [number, number])
      .reduceByKey((a, b) => a + b)
      .mapAsync(async ([key, sum]) => `${key}:${sum}`)
    expect((await rdd.collect()).sort()).to.deep.equal(['0:24', '2:18'])
  })

  it('refuses limits that are none', () => {
    const rdd = sc.range(3)
    for (const options of [
      { concurrency: 0 },
      { retries: -1 },
      { timeoutMs: 0 },
      { ratePerSecond: Number.NaN },
      { retryIf: 3 as never },
    ]) {
      expect(thrown(() => rdd.mapAsync(async x => x, options)).code).to.equal('INVALID_ARGUMENT')
    }
  })
})
