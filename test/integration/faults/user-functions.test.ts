/** The UDF rows of the list of bad inputs, on a real cluster: each function runs in an executor of another process. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { expect } from 'chai'
import { explain, type RDD, SimSparkError, SparkContext, type Value } from 'simspark'
import type { ErrorData } from '#publib/util'

let sc: SparkContext

/** The error of an action or transformation; fails where there is none. */
async function errorOf(run: () => unknown): Promise<SimSparkError> {
  try {
    await run()
  } catch (error) {
    expect(error).to.be.instanceOf(SimSparkError)
    return error as SimSparkError
  }
  throw new Error('nothing was thrown')
}

/** A small job on every executor: the cluster still works. */
async function stillWorks(): Promise<void> {
  expect(await sc.parallelize([1, 2, 3, 4], 4).sum()).to.equal(10)
}

/** What a task made of one element. */
async function one<T extends Value>(f: (x: number) => T): Promise<T> {
  return (await sc.parallelize([1], 1).map(f).collect())[0] as T
}

describe('functions of users', function () {
  this.timeout(60_000)

  before(async () => {
    sc = await SparkContext.getOrCreate({ master: 'local-cluster[2,1,512]', appName: 'udf' })
  })
  afterEach(stillWorks)
  after(() => sc.stop())

  it('UDF-01 use variables of the enclosing function, as they are at the action', async () => {
    let factor = 2
    const rdd = sc.parallelize([1, 2, 3], 2).map(x => x * factor)
    factor = 5
    expect(await rdd.collect()).to.deep.equal([5, 10, 15])
  })

  it('UDF-03 use `this`, only the fields that they need, and the outer `arguments`', async () => {
    class Scaled {
      factor = 3
      readonly socket = new Socket()
      run(): Promise<number> {
        return sc
          .parallelize([1, 2], 2)
          .map(x => x * this.factor)
          .sum()
      }
    }
    expect(await new Scaled().run()).to.equal(9)
    function outer(..._: unknown[]): (x: number) => number {
      // biome-ignore lint/complexity/noArguments: what is tested
      return x => x + (arguments[0] as number)
    }
    expect(await one(outer(41))).to.equal(42)
  })

  it('UDF-07 may be bound or native; a proxy of a function is refused by name', async () => {
    const bound = function (this: { m: number }, x: number) {
      return this.m + x
    }.bind({ m: 10 })
    expect(await one(bound)).to.equal(11)
    expect(await sc.parallelize([-3], 1).map(Math.abs).collect()).to.deep.equal([3])
    const proxy = new Proxy((x: number) => x, {})
    const error = await errorOf(() => sc.parallelize([1], 1).map(proxy).collect())
    expect(error.code).to.equal('CLOSURE_NOT_SHIPPABLE')
    expect(error.message).to.match(/Proxy/i)
  })

  it('UDF-09 use what is outside in default parameters', async () => {
    const outside = 7
    expect(await one((x, y = outside) => x + y)).to.equal(8)
  })

  it('UDF-10 travel as they are, whatever their toString says', async () => {
    const f = (x: number) => x + 1
    f.toString = () => '() => "fake"'
    expect(await one(f)).to.equal(2)
  })

  it('UDF-11 may hold comments, directives and templates', async () => {
    expect(
      await one(x => {
        return `\`${x}\`` // the last line
      }),
    ).to.equal('`1`')
  })

  it('UDF-14 may have a text of 30 MB, of which a report warns', async () => {
    const long = new Function('x', `return x + 1 /* ${'a'.repeat(30_000_000)} */`)
    expect(explain(long as (x: number) => number).warnings.join()).to.match(/28\.\d MiB/)
    expect(await one(long as (x: number) => number)).to.equal(2)
  })

  it('UDF-15 that capture too much are refused, with name, size and way out', async () => {
    const table = new Float64Array(20 * 1024 * 1024)
    const error = await errorOf(() =>
      sc
        .parallelize([1], 1)
        .map(x => x + (table[x] ?? 0))
        .sum(),
    )
    expect(error.code).to.equal('CLOSURE_TOO_LARGE')
    expect(error.message).to.match(/table/).and.match(/160/)
    expect(`${error.message}${error.hint}`).to.match(/broadcast/)
  })

  it('UDF-16 capture cycles, maps, dates, big integers and typed arrays', async () => {
    const cache: Record<string, unknown> = {
      big: 12n,
      day: new Date(0),
      list: new Uint8Array([1, 2]),
    }
    cache['self'] = cache
    cache['map'] = new Map([[1, 'one']])
    const seen = await one(() => [
      cache['self'] === cache,
      String(cache['big']),
      (cache['day'] as Date).getTime(),
      (cache['list'] as Uint8Array)[1] as number,
      (cache['map'] as Map<number, string>).get(1) as string,
    ])
    expect(seen).to.deep.equal([true, '12', 0, 2, 'one'])
  })

  it('UDF-17 that capture sockets or promises are refused with the path', async () => {
    const holder = { deep: { socket: new Socket() } }
    const error = await errorOf(() =>
      sc.parallelize([1], 1).map(x => holder.deep.socket.write(`${x}`)),
    )
    expect(error.code).to.equal('CLOSURE_NOT_SHIPPABLE')
    expect(error.message).to.include('holder.deep.socket').and.include('net.Socket')
    expect(error.callSite?.file).to.match(/user-functions\.test\.ts$/)
    const pending = new Promise<number>(() => undefined)
    const second = await errorOf(() => sc.parallelize([1], 1).map(() => String(pending)))
    expect(second.message)
      .to.include('pending')
      .and.match(/Promise/)
  })

  it("UDF-18 see the executor's environment, not the driver's", async () => {
    process.env['SIMSPARK_TEST_DRIVER_ONLY'] = 'driver'
    try {
      expect(await one(() => process.env['SIMSPARK_TEST_DRIVER_ONLY'] ?? 'none')).to.equal('none')
    } finally {
      delete process.env['SIMSPARK_TEST_DRIVER_ONLY']
    }
  })

  it('that throw are told by stage, partition, attempt, executor, cause and line of the source', async () => {
    const numbers = sc.parallelize([1, 2], 2)
    const error = await errorOf(() =>
      numbers
        .map(x => {
          if (x === 2) throw new TypeError('x is two') // the line that throws
          return x
        })
        .collect(),
    )
    const line = lineOf('// the line that throws')
    expect(error.code).to.equal('TASK_FAILED')
    expect(error.message).to.match(
      /^Task 1 of stage \d+ \(collect at user-functions\.test\.ts:\d+\) failed 4 times, last on executor worker-\w+\/\d+: TypeError: x is two at /,
    )
    expect(error.message).to.include(`user-functions.test.ts:${line}:`)
    expect(error).to.include({ partition: 1, attempt: 3, stageAttempt: 0 })
    expect(error.stageId).to.be.a('number')
    expect(error.executorId).to.match(/^worker-\w+\/\d+$/)
    expect(error.callSite?.file).to.match(/user-functions\.test\.ts$/)
    expect((error.cause as Error).name).to.equal('TypeError')
    expect((error.cause as Error).stack).to.include(`user-functions.test.ts:${line}:`)
    const shown = inspect(error)
    expect(shown.split('\n').length, shown).to.be.lessThan(50)
  })

  it('UDF-20 may throw anything', async () => {
    const thrown: (() => never)[] = [
      () => {
        throw 'a string'
      },
      () => {
        throw null
      },
      () => {
        throw undefined
      },
      () => {
        throw {
          toString() {
            throw new Error('inner')
          },
        }
      },
      () => {
        throw Symbol('s')
      },
    ]
    for (const f of thrown) {
      const error = await errorOf(() => sc.parallelize([1], 1).foreach(f))
      expect(error.code).to.equal('TASK_FAILED')
      expect(error.partition).to.equal(0)
    }
  })

  it('UDF-21 may throw errors that are huge or cyclic: the text is cut', async () => {
    const error = await errorOf(() =>
      sc.parallelize([1], 1).foreach(() => {
        const huge = new Error('x'.repeat(10_000_000))
        huge.cause = huge
        throw huge
      }),
    )
    expect(error.code).to.equal('TASK_FAILED')
    expect(JSON.stringify(error.toJSON()).length).to.be.below(2_000_000)
  })

  it('UDF-23 that give a promise where a value is expected are told of mapAsync', async () => {
    const error = await errorOf(() =>
      sc
        .parallelize([1], 1)
        .map(async x => x)
        .collect(),
    )
    expect(error.message).to.match(/mapAsync/)
    expect(JSON.stringify(error.toJSON())).to.match(/UNEXPECTED_PROMISE/)
  })

  it('UDF-24 that never settle end with a time-out', async () => {
    const never = () => new Promise<number>(() => undefined)
    const error = await errorOf(() =>
      sc.parallelize([1], 1).mapAsync(never, { timeoutMs: 50 }).collect(),
    )
    expect(error.code).to.equal('TASK_FAILED')
    expect(`${error.message}`).to.match(/50 ms/)
  })

  it('UDF-25 whose rejections nobody awaits fail their task with that reason', async () => {
    const error = await errorOf(() =>
      sc
        .parallelize([1], 1)
        .mapAsync(async x => {
          void Promise.reject(new Error('nobody awaits me'))
          await new Promise(resolve => setTimeout(resolve, 20))
          return x
        })
        .collect(),
    )
    expect(error.message).to.match(/nobody awaits me/)
  })

  it('UDF-26 that throw after their task has ended harm no later job', async () => {
    expect(
      await one(x => {
        setTimeout(() => {
          throw new Error('late')
        }, 5)
        return x
      }),
    ).to.equal(1)
    await stillWorks()
  })

  for (const [row, what, f] of [
    ['UDF-27', 'loop for ever', () => eternal()],
    ['UDF-28', 'backtrack for ever', () => /^(a+)+$/.test(`${'a'.repeat(64)}b`)],
    ['UDF-29', 'wait for ever', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)],
  ] as const) {
    it(`${row} that ${what} are cancelled`, async () => {
      const controller = new AbortController()
      const job = sc
        .parallelize([1, 2], 2)
        .map(f as () => Value)
        .count({ signal: controller.signal })
      await running()
      controller.abort(new Error('enough'))
      const error = await errorOf(() => job)
      expect(error.code).to.equal('JOB_CANCELLED')
      expect((error.cause as Error).message).to.equal('enough')
    })
  }

  it('UDF-29 that block in a native call are cancelled too, with their process', async () => {
    const job = sc
      .parallelize([1, 2], 2)
      .map(() => spawnSync('sleep', ['1000']).status)
      .collect()
    await running()
    await sc.cancelAllJobs('enough')
    expect((await errorOf(() => job)).code).to.equal('JOB_CANCELLED')
    await stillWorks()
  })

  it('UDF-30 that recurse without end fail their task alone', async () => {
    const down = (x: number): number => down(x + 1) + 1
    const error = await errorOf(() =>
      sc
        .parallelize([1], 1)
        .map(x => down(x))
        .collect(),
    )
    expect(error.message).to.match(/Maximum call stack/)
  })

  it('UDF-33 that end their process are named as the cause', async () => {
    const exit = await errorOf(() =>
      sc
        .parallelize([1], 1)
        .map(() => process.exit(7))
        .collect(),
    )
    expect(`${exit.message}`).to.match(/exit/).and.match(/7/)
    const kill = await errorOf(() =>
      sc
        .parallelize([1], 1)
        .map(() => process.kill(process.pid, 'SIGKILL'))
        .collect(),
    )
    expect(kill.code).to.equal('TASK_KILLS_EXECUTORS')
    expect(kill.message).to.match(/SIGKILL/)
  })

  it('UDF-33 that fill a Map until the process dies are named, with the limit', async () => {
    const error = await errorOf(() =>
      sc
        .parallelize([1], 1)
        .map(() => {
          const map = new Map<number, string>()
          for (let i = 0; ; i++) map.set(i, `value ${i}`)
        })
        .count(),
    )
    expect(error.message)
      .to.match(/memory/i)
      .and.match(/512/)
  })

  it('UDF-35 that swallow errors of the process do not hide those of their task', async () => {
    const error = await errorOf(() =>
      sc
        .parallelize([1], 1)
        .map(() => {
          process.on('uncaughtException', () => undefined)
          throw new Error('mine')
        })
        .collect(),
    )
    expect(error.message).to.match(/mine/)
  })

  it('UDF-38 may patch what the engine does not need, or patch it so that it still works', async () => {
    await one(() => {
      Date.now = () => 0
      const push = Array.prototype.push
      Array.prototype.push = function (this: unknown[], ...values) {
        return push.apply(this, values)
      }
      return 1
    })
    await afterPatches()
  })

  it('UDF-38 that break what the engine is made of are told of it, and harm no later task', async () => {
    const error = await errorOf(() =>
      one(() => {
        JSON.stringify = () => 'patched'
        Array.prototype.push = () => 0
        return 1
      }),
    )
    expect(error.code).to.equal('TASK_FAILED')
    expect(error.message).to.include('Array.prototype.push, JSON.stringify')
    await afterPatches()
  })

  it('UDF-41 may write much: it neither blocks nor fills the disk', async () => {
    const written = await one(() => {
      for (let i = 0; i < 100_000; i++) console.log(`line ${i} of a user who talks a lot`)
      return 1
    })
    expect(written).to.equal(1)
  })

  it('UDF-45 may give undefined, holes, NaN and -0: they survive shuffle and cache', async () => {
    const values = [undefined, null, Number.NaN, -0, Number.POSITIVE_INFINITY]
    const cached = sc.parallelize(values, 2).cache()
    await cached.count()
    expect(await cached.collect()).to.deep.equal(values)
    const shuffled = await sc
      .parallelize(
        values.map((value, i): [number, unknown] => [i, value]),
        2,
      )
      .partitionBy(3)
      .collect()
    const byKey = new Map(shuffled)
    expect(values.map((_, i) => byKey.get(i))).to.deep.equal(values)
    expect(Object.is(byKey.get(3), -0)).to.equal(true)
    await cached.unpersist(true)
  })

  it('UDF-47 may give instances of classes: plain fields survive', async () => {
    class Point {
      x = 1
      y = 2
      get sum(): number {
        return this.x + this.y
      }
    }
    const point = await one(() => new Point())
    expect(point).to.deep.include({ x: 1, y: 2 })
  })

  for (const [what, f] of [
    ['a function', () => ({ deep: [1, () => 1] })],
    ['a symbol', () => ({ deep: [1, Symbol('s')] })],
    ['a promise', () => ({ deep: [1, Promise.resolve(1)] })],
    ['a WeakRef', () => ({ deep: [1, new WeakRef({})] })],
  ] as const) {
    it(`UDF-48 that give ${what} are told the row and the path`, async () => {
      const error = await errorOf(() =>
        sc
          .parallelize([1], 1)
          .map(f as () => Value)
          .collect(),
      )
      expect(JSON.stringify(error.toJSON())).to.match(/VALUE_NOT_ENCODABLE/)
      expect(error.message)
        .to.match(/deep\[1\]/)
        .and.match(/0/)
    })
  }

  it('UDF-49 that give objects with getters that throw are told; what toJSON says is not asked', async () => {
    const getter = await errorOf(() =>
      one(() =>
        Object.defineProperty({}, 'bad', {
          enumerable: true,
          get() {
            throw new Error('from the getter')
          },
        }),
      ),
    )
    expect(getter.code).to.equal('TASK_FAILED')
    expect(getter.message).to.match(/from the getter|VALUE_NOT_ENCODABLE.*bad/)
    const honest = await one(() => ({ a: 1, toJSON: undefined }))
    expect(honest.a).to.equal(1)
    const proxied = await one(() => new Proxy({ a: 1 }, {})).catch((error: unknown) => error)
    if (proxied instanceof SimSparkError) expect(proxied.message).to.match(/Proxy/)
    else expect(proxied).to.deep.equal({ a: 1 })
  })

  it('UDF-51 may give cyclic objects', async () => {
    interface Cyclic {
      name: string
      self?: Cyclic
    }
    const made = await one((): Cyclic => {
      const cyclic: Cyclic = { name: 'c' }
      cyclic.self = cyclic
      return cyclic
    })
    expect(made.self?.self?.name).to.equal('c')
  })

  it('UDF-54 may give one key to everything: the group is spilled, the job completes', async () => {
    const pairs = sc.range(0, 1_000_000, 1, 4).map(i => ['the key', i])
    const sizes = pairs.groupByKey(2).mapValues(group => {
      let sum = 0
      for (const each of group) sum += each as number
      return [group.size, sum]
    })
    expect(await sizes.collect()).to.deep.equal([['the key', [1_000_000, 499_999_500_000]]])
  })

  it('UDF-55 keys chosen to collide are grouped all the same', async () => {
    const keys = sc.range(0, 20_000, 1, 4).map((i): [string, number] => [String(i * 65_536), 1])
    expect(await keys.reduceByKey((a, b) => a + b).count()).to.equal(20_000)
  })

  it('UDF-56 comparators that contradict themselves or throw do not hang a sort', async () => {
    const numbers = sc.range(0, 2000, 1, 4).map((i): [number, number] => [i, i])
    const random = numbers.sortByKey({ compare: () => Math.random() - 0.5 })
    expect(await random.count()).to.equal(2000)
    const throws = numbers.sortByKey({
      compare: () => {
        throw new Error('cannot compare')
      },
    })
    // It compares on the driver first, where the ranges are made: there an error of the user is given as it is.
    const error = await throws.collect().catch((thrown: unknown) => thrown)
    expect((error as Error).message).to.equal('cannot compare')
    expect((error as Error).stack).to.include('user-functions.test')
  })

  for (const index of [-1, 1.5, Number.NaN, '0']) {
    it(`UDF-57 a partition function that gives ${JSON.stringify(index)} is told key and value`, async () => {
      const pairs = sc.parallelize([['key-7', 1] as [string, number]], 1)
      const partitioner = { numPartitions: 2, getPartition: () => index as number }
      const error = await errorOf(() => pairs.partitionBy(partitioner).collect())
      expect(JSON.stringify(error.toJSON())).to.match(/INVALID_PARTITION/)
      expect(error.message).to.include('key-7').and.include(String(index))
    })
  }

  it('UDF-58 a partition function may be random: every record is somewhere, once', async () => {
    const pairs = sc.range(0, 1000, 1, 4).map(i => [i, i])
    const partitioner = { numPartitions: 3, getPartition: () => Math.floor(Math.random() * 3) }
    const values = await pairs.partitionBy(partitioner).values().collect()
    expect(values.sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 1000 }, (_, i) => i))
  })

  it('UDF-59 a combiner that is not associative gives the same for the same partitioning', async () => {
    const combined = () =>
      sc
        .range(0, 1000, 1, 4)
        .map(i => [i % 3, i])
        .reduceByKey((a, b) => a / 2 - b, 2)
        .collect()
    expect(await combined()).to.deep.equal(await combined())
  })

  it('UDF-61 flatMap takes strings by character, refuses what is not iterable, stops what never ends', async () => {
    expect(
      await sc
        .parallelize(['ab'], 1)
        .flatMap(text => text)
        .collect(),
    ).to.deep.equal(['a', 'b'])
    const number = (() => 7) as unknown as (x: number) => Iterable<number>
    const error = await errorOf(() => sc.parallelize([1], 1).flatMap(number).collect())
    expect(JSON.stringify(error.toJSON())).to.match(/NOT_ITERABLE/)
    const endless = sc.parallelize([1], 1).flatMap(function* () {
      for (let i = 0; ; i++) yield i
    })
    expect(await endless.take(3)).to.deep.equal([0, 1, 2])
  })

  it('UDF-62 mapPartitions need not read what it is given', async () => {
    expect(
      await sc
        .range(0, 1_000_000, 1, 2)
        .mapPartitions(() => [1])
        .sum(),
    ).to.equal(2)
  })

  it('UDF-64 the first error counts, whatever the clean-up throws', async () => {
    const rdd = sc.parallelize([1, 2], 1).mapPartitions(() => ({
      [Symbol.iterator]: () => ({
        next(): IteratorResult<number> {
          throw new Error('first')
        },
        return(): IteratorResult<number> {
          throw new Error('second')
        },
      }),
    }))
    expect((await errorOf(() => rdd.collect())).message).to.match(/first/)
  })

  it('UDF-65 that use an RDD or the context are refused at their line', async () => {
    const other: RDD<number> = sc.parallelize([1], 1)
    const nested = await errorOf(() => sc.parallelize([1], 1).map(() => String(other.count())))
    expect(nested.code).to.equal('NESTED_RDD')
    expect(nested.callSite?.file).to.match(/user-functions\.test\.ts$/)
    const context = sc
    const second = await errorOf(() => sc.parallelize([1], 1).map(() => context.version))
    expect(second.message).to.match(/SparkContext/)
  })

  it('UDF-68 may run jobs in callbacks of the driver, but not in functions that travel', async () => {
    const numbers = sc.parallelize([1, 2, 3, 4], 2)
    const nested = await errorOf(() => numbers.foreach(() => void numbers.count()))
    expect(nested.code).to.equal('NESTED_RDD')
    const inside: Promise<number>[] = []
    await numbers.count({
      onProgress: () => {
        if (inside.length === 0) inside.push(sc.range(3).sum())
      },
    })
    expect(await Promise.all(inside)).to.deep.equal([3])
  })

  it('UDF-06 may be instrumented for coverage, or rewritten by a test runner', async () => {
    const counters = { s: [0], f: [0] }
    const cov_2f9a = () => counters
    const instrumented = (x: number) => {
      cov_2f9a().f[0]!++
      cov_2f9a().s[0]!++
      return x + 1
    }
    expect(await one(instrumented)).to.equal(2)
    expect(counters.s).to.deep.equal([0])
    const __vi_import_0__ = { double: (x: number) => x * 2, unused: new Socket() }
    expect(await one(x => __vi_import_0__.double(x))).to.equal(2)
  })

  it('UDF-40 that open too many files are told so, and the next job runs', () => {
    const entry = fileURLToPath(new URL('../../support/entries/too-many-files.js', import.meta.url))
    const limited = 'ulimit -n 1024; exec "$0" "$1"'
    const { stdout, stderr } = spawnSync('bash', ['-c', limited, process.execPath, entry], {
      encoding: 'utf8',
      timeout: 50_000,
    })
    const { error, sum } = JSON.parse(stdout || '{}') as { error?: ErrorData; sum?: number }
    expect(error, stderr).to.include({ code: 'TASK_FAILED' })
    expect(error?.message).to.match(/EMFILE/)
    expect(sum).to.equal(10)
  })
})

describe('a context', function () {
  this.timeout(30_000)

  const open = (conf: Record<string, string> = {}) =>
    SparkContext.getOrCreate({ master: 'local[2]', appName: 'udf', conf })

  it('UDF-67 refuses results that the driver could not hold, with sizes and ways out', async () => {
    const small = await open({ 'simspark.driver.maxResultSize': '1m' })
    try {
      const error = await errorOf(() =>
        small
          .range(0, 40, 1, 4)
          .map(i => `${i}`.padEnd(100_000, 'x'))
          .collect(),
      )
      expect(error.code).to.equal('RESULT_TOO_LARGE')
      expect(error.message)
        .to.match(/1\.0 MiB/)
        .and.match(/simspark\.driver\.maxResultSize/)
      expect(error.callSite?.file).to.match(/user-functions\.test\.ts$/)
    } finally {
      await small.stop()
    }
  })

  it('UDF-68 may be stopped in a callback of a job: jobs that run are told; a listener is refused', async () => {
    const context = await open()
    const refused: unknown[] = []
    const onTaskEnd = (): void => {
      try {
        void context.stop()
      } catch (error) {
        refused.push((error as SimSparkError).code)
      }
    }
    context.addSparkListener({ onTaskEnd })
    const stops: Promise<void>[] = []
    const onProgress = (): void => void stops.push(context.stop())
    const endless = context.range(0, 4, 1, 4).map(x => (x === 0 ? x : eternal()))
    const error = await errorOf(() => endless.count({ onProgress }))
    expect(error.code).to.equal('CONTEXT_STOPPED')
    await Promise.all(stops)
    expect(refused).to.include('INVALID_ARGUMENT')
  })

  it('UDF-69 may be stopped twice; what is asked of it afterwards is refused by name', async () => {
    const context = await open()
    const numbers = context.parallelize([1, 2], 2)
    await Promise.all([context.stop(), context.stop()])
    await context.stop()
    for (const run of [() => numbers.count(), () => context.range(3)]) {
      const error = await errorOf(run)
      expect(error.code).to.equal('CONTEXT_STOPPED')
      expect(error.message).to.match(/user-functions\.test\.ts:\d+/)
    }
  })
})

/** Grouping works on every executor. */
async function afterPatches(): Promise<void> {
  const pairs = sc.parallelize([1, 2, 3, 4], 4).map(x => [x % 2, x])
  expect(await pairs.reduceByKey((a, b) => a + b).count()).to.equal(2)
}

/** Where a text stands in the source of this file. */
function lineOf(text: string): number {
  const path = new URL(
    '../../../../test/integration/faults/user-functions.test.ts',
    import.meta.url,
  )
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.findIndex(line => line.includes(text)) + 1
}

/** Loops for ever. */
function eternal(): number {
  for (let i = 0; ; i = (i + 1) % 1000) if (i < 0) return i
}

/** Resolves when two tasks run. */
async function running(): Promise<void> {
  await new Promise<void>(resolve => {
    let count = 0
    const listener = {
      onTaskStart: () => {
        count++
        if (count < 2) return
        sc.removeSparkListener(listener)
        setTimeout(resolve, 100)
      },
    }
    sc.addSparkListener(listener)
  })
}
