import { expect } from 'chai'
import { capture, compile, registerReviver, shipAs } from '../../../../../publib/closure/index.ts'
import { decodePayload, encodePayload, type Payload } from '../../../../../publib/closure/wire.ts'
import { shipped } from '../round-trip.ts'

async function codeOf(action: () => unknown): Promise<unknown> {
  try {
    await action()
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}

/** The capture with its head changed. */
function changed(fn: () => unknown, change: (payload: Payload) => Payload): Uint8Array {
  const { payload, buffers } = decodePayload(capture([{ fn, operation: 'x' }]).bytes)
  return encodePayload(change(payload), buffers)
}

describe('a compiled capture', () => {
  it('gives each task captured state of its own', async () => {
    const state = { n: 0 }
    const { bytes } = capture([{ fn: () => ++state.n, operation: 'x' }])
    const compiled = await compile(bytes)
    const [first, second] = [0, 1].map(() => compiled.instantiate()[0] as () => number)
    expect([first?.(), first?.(), second?.()]).to.deep.equal([1, 2, 1])
    expect(state.n).to.equal(0)
  })

  it('makes a class once, so that instanceof agrees between captures', async () => {
    class Point {
      x = 1
    }
    const make = await shipped(() => new Point())
    const test = await shipped((value: unknown) => value instanceof Point)
    expect(test(make() as never)).to.equal(true)
  })

  it('makes another class when what the class captured has changed', async () => {
    let base = 1
    class Point {
      x = base
    }
    const before = (await shipped(() => new Point()))()
    base = 2
    const after = (await shipped(() => new Point()))()
    expect([before.x, after.x]).to.deep.equal([1, 2])
  })

  it('keeps the names of functions and unique symbols', async () => {
    const key = Symbol('mine')
    const holder = { [key]: 1 }
    const copy = await shipped(function named() {
      return [Object.getOwnPropertySymbols(holder)[0] === key, named.name]
    })
    expect(copy()).to.deep.equal([true, 'named'])
  })

  it('calls the reviver of a kind, and says when there is none', async () => {
    const value = { [shipAs]: () => ({ kind: 'test-kind', data: { deep: [1, 2] } }) }
    const fn = (): unknown => value
    expect(await codeOf(async () => (await shipped(fn))())).to.have.property(
      'code',
      'CLOSURE_COMPILE_FAILED',
    )
    registerReviver('test-kind', data => ({ revived: data }))
    expect((await shipped(fn))()).to.deep.equal({ revived: { deep: [1, 2] } })
  })

  it('throws the reason when code touches what stayed on the driver', async () => {
    const socket = new (process.getBuiltinModule('node:net').Socket)()
    class Sender {
      static tag = 'ok'
      neverNamed(): unknown {
        return socket.write('x')
      }
    }
    const copy = await shipped((method: string) => {
      const sender = new Sender() as unknown as Record<string, () => unknown>
      return [Sender.tag, method === '' ? 0 : sender[method]?.()]
    })
    expect(copy('')).to.deep.equal(['ok', 0])
    expect(() => copy('neverNamed')).to.throw(/variable `socket` is a net\.Socket/)
  })

  it('names the package that an executor lacks', async () => {
    const bytes = changed(
      () => 1,
      payload => ({
        ...payload,
        modules: [
          {
            kind: 'file',
            file: '/nowhere/node_modules/left-pad/index.js',
            package: 'left-pad',
            version: '1.3.0',
            subpath: 'index.js',
            format: 'commonjs',
          },
        ],
      }),
    )
    const error = await codeOf(() => compile(bytes, { appRoot: '/nowhere/app' }))
    expect(error).to.include({ code: 'MODULE_MISSING', retryable: false })
    expect((error as Error).message).to.match(
      /^The shipped function needs package 'left-pad' \(index\.js, driver has 1\.3\.0\), which is not installed on this executor \(looked in: /,
    )
  })

  it('says when a text does not compile, and that trying again is no use', async () => {
    const bytes = changed(
      () => 1,
      payload => ({ ...payload, codes: payload.codes.map(code => ({ ...code, text: '() => {' })) }),
    )
    expect(await codeOf(() => compile(bytes))).to.include({
      code: 'CLOSURE_COMPILE_FAILED',
      retryable: false,
    })
  })

  it('makes functions of one text that share nothing, whatever each captured', async () => {
    const counting = (start: number) => {
      let count = start
      const seen: number[] = []
      return (x: number) => {
        seen.push(x)
        count += 1
        return `${count}: ${seen.join()}`
      }
    }
    const [a, b] = [await shipped(counting(0)), await shipped(counting(100))]
    expect([a(1), a(2), b(3), a(4), b(5)]).to.deep.equal([
      '1: 1',
      '2: 1,2',
      '101: 3',
      '3: 1,2,4',
      '102: 3,5',
    ])
    Object.assign(a, { mark: 1 })
    expect(await shipped(counting(0))).to.not.have.property('mark')
  })
})
