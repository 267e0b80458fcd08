import { expect } from 'chai'
import {
  type AnyFunction,
  capture,
  check,
  compile,
  explain,
  registerShippable,
  shipAs,
  unshippable,
} from '../../../../../publib/closure/index.ts'
import { headOf, refusalOf, shipped } from '../round-trip.ts'

const callSite = { file: '/app/main.ts', line: 7, column: 3 }

describe('checking a function', () => {
  it('says nothing about one that can travel', () => {
    const k = 3
    check({ fn: (x: number) => x * k, operation: 'rdd.map()' })
    check({ fn: Math.max, operation: 'rdd.reduce()' })
    check({ fn: Array.prototype.flat, operation: 'rdd.map()' })
  })

  it('names variable, path, users, place and a way out, at the user line', () => {
    const cfg = { a: { conn: new (process.getBuiltinModule('node:net').Socket)() } }
    const use = (x: string): unknown => cfg.a.conn.write(x)
    try {
      check({ fn: (x: string) => use(x), operation: 'rdd.map()', callSite })
      expect.fail('it was not refused')
    } catch (error) {
      const { message } = error as Error
      expect(message).to.match(
        /^Cannot ship the function passed to rdd\.map\(\): variable `cfg` \(at `cfg\.a\.conn`\) is a net\.Socket/,
      )
      expect(message).to.match(/`use` is used by arrow function .*capture\.test\.ts:\d+:\d+\)/)
      expect(message).to.include('hint: create it on the executor')
      expect(error).to.include({ code: 'CLOSURE_NOT_SHIPPABLE', callSite })
    }
  })

  it('refuses what is marked, under its own code', () => {
    const rdd = {
      [unshippable]: { what: 'an RDD', hint: 'join them', code: 'NESTED_RDD' as const },
    }
    const error = refusalOf(() => rdd)
    expect(error).to.have.property('code', 'NESTED_RDD')
    expect(error.message).to.include('variable `rdd` is an RDD.').and.to.include('hint: join them')
  })

  it('refuses a Proxy of a function by name', () => {
    const proxy = new Proxy(() => 1, {})
    expect(refusalOf(proxy).message).to.include('is a Proxy of a function')
    expect(refusalOf(() => proxy()).message).to.include('variable `proxy` is a Proxy of a function')
  })

  it('refuses an arrow with private names that was taken out of its class', () => {
    class Job {
      #k = 3
      scale = (x: number): number => x * this.#k
    }
    const error = refusalOf(new Job().scale)
    expect(error.message).to.include('an arrow function').and.to.include('private names (#k)')
  })

  it('refuses new.target and super of an outer function by name', () => {
    const make = function (): unknown {
      return () => new.target
    }
    expect(refusalOf(make() as () => unknown).message).to.include('uses `new.target`')
    class Derived extends Array<number> {
      arrow(): () => unknown {
        return () => super.at(0)
      }
    }
    expect(refusalOf(new Derived().arrow()).message).to.include('uses `super`')
  })

  it('bears variables that get their value before the action', () => {
    const fn = (): number => later()
    check({ fn, operation: 'rdd.map()' })
    const later = (): number => 1
    expect(capture([{ fn, operation: 'rdd.map()' }]).bytes.length).to.be.greaterThan(0)
  })

  it('is not fooled by an own toString', async () => {
    const fn = Object.assign((x: number) => x + 1, { toString: () => '() => 0' })
    expect((await shipped(fn))(1)).to.equal(2)
  })
})

describe('limits of a capture', () => {
  const table = new Uint8Array(2 * 1024 * 1024)
  const fn: AnyFunction = () => table.length

  it('warn of a mebibyte, naming the variables', () => {
    const { warnings } = capture([{ fn, operation: 'rdd.map()' }])
    expect(warnings[0]).to.equal(
      'The function passed to rdd.map() carries 2.0 MiB of captured data (`table` 2.0 MiB): ' +
        'wrap it in sc.broadcast()',
    )
  })

  it('refuse more than the maximum, with advice', () => {
    const limits = { bytesMax: 1024 * 1024 }
    expect(() => check({ fn, operation: 'rdd.map()', callSite }, limits))
      .to.throw(/`table` 2\.0 MiB.*broadcast/)
      .with.property('code', 'CLOSURE_TOO_LARGE')
  })

  it('warn of texts that are secrets of the environment', () => {
    process.env['TEST_CLOSURE_TOKEN'] = 'a-long-secret-of-tests'
    try {
      const apiToken = 'a-long-secret-of-tests'
      const { warnings } = capture([{ fn: () => apiToken, operation: 'x' }])
      expect(warnings).to.have.length(1)
      expect(warnings[0]).to.include('`apiToken`').and.to.include('TEST_CLOSURE_TOKEN')
      expect(warnings[0]).to.not.include(apiToken)
    } finally {
      delete process.env['TEST_CLOSURE_TOKEN']
    }
  })
})

describe('capturing several roots', () => {
  it('shares on the executor what they share here', async () => {
    const shared = { n: 0 }
    const { bytes } = capture([
      { fn: () => shared, operation: 'a' },
      { fn: () => shared, operation: 'b' },
      { value: { zero: shared }, operation: 'c' },
    ])
    const [a, b, c] = (await compile(bytes)).instantiate() as [() => object, () => object, object]
    expect(a()).to.equal(b())
    expect(c).to.have.property('zero', a())
  })

  it('takes plain values and refuses those that cannot travel', () => {
    const socket = new (process.getBuiltinModule('node:net').Socket)()
    expect(() => capture([{ value: { socket }, operation: 'rdd.fold()' }])).to.throw(
      'Cannot ship the value passed to rdd.fold(): its part `.socket` is a net.Socket',
    )
  })

  it('gives equal ids to equal captures', () => {
    const k = 1
    const fn = (): number => k
    const ids = [0, 1].map(() => capture([{ fn, operation: 'x' }]).id)
    expect(ids[0])
      .to.match(/^[0-9a-f]{64}$/)
      .and.to.equal(ids[1])
  })
})

describe('classes that say how they travel', () => {
  it('travel as their kind and data', () => {
    const broadcast = { id: 5, value: 'x'.repeat(10_000), [shipAs]: () => ({ kind: 'b', data: 5 }) }
    const head = headOf(capture([{ fn: () => broadcast.value, operation: 'x' }]).bytes)
    expect(head).to.include('"kind":"b","data":5').and.to.not.include('xxxx')
  })

  it('travel by the hooks that are registered for them', async () => {
    class Handle {
      readonly path: string
      readonly opened: boolean
      constructor(path: string, opened: boolean) {
        this.path = path
        this.opened = opened
      }
    }
    registerShippable(Handle, {
      ship: handle => handle.path,
      revive: path => new Handle(path, false),
    })
    const handle = new Handle('/data', true)
    const copy = (await shipped(() => handle))()
    expect([copy.path, copy.opened]).to.deep.equal(['/data', false])
  })
})

describe('explain', () => {
  it('lists what travels, the largest first, and what cannot', () => {
    const rate = 2
    const table = Array.from({ length: 500 }, (_each, i) => i)
    const socket = new (process.getBuiltinModule('node:net').Socket)()
    const report = explain(() => [rate, table, socket])
    expect(report.captures.map(each => each.variable)).to.deep.equal(['table', 'rate', 'socket'])
    expect(report.captures[0]?.bytes).to.be.greaterThan(2_000)
    expect(report.captures[0]?.usedBy.file).to.match(/capture\.test\.ts$/)
    expect(report.problems.map(each => each.code)).to.deep.equal(['CLOSURE_NOT_SHIPPABLE'])
    expect(String(report)).to.match(/variable\s+kind\s+bytes\s+used by/)
  })

  it('tells values, functions, classes, builtins and this apart', () => {
    const k = 1
    const helper = (): number => k
    class Type {}
    class Job {
      k = 1
      fn = (): unknown => [helper, Type, this.k, nodePath]
    }
    const nodePath = process.getBuiltinModule('node:path')
    const kinds = explain(new Job().fn).captures.map(each => [each.variable, each.kind])
    expect(Object.fromEntries(kinds)).to.include({
      helper: 'function',
      Type: 'class',
      this: 'this',
      nodePath: 'builtin',
      k: 'value',
    })
  })
})

describe('variables that shipped functions share', () => {
  it('are one variable for counters of one scope, and two for two scopes', async () => {
    const counter = (): { inc: () => number; get: () => number } => {
      let n = 0
      return { inc: () => ++n, get: () => n }
    }
    const a = counter()
    const b = counter()
    const copy = await shipped(() => {
      a.inc()
      a.inc()
      b.inc()
      return [a.get(), b.get()]
    })
    expect(copy()).to.deep.equal([2, 1])
    expect([a.get(), b.get()]).to.deep.equal([0, 0])
  })
})
