import { expect } from 'chai'
import { ArrayGroup } from '#publib/columnar'
import {
  decodeBatch,
  decodeColumn,
  decodeValue,
  encodeBatch,
  encodeValue,
} from '#publib/serialization'
import { KeyedMap, SeededRandom, SimSparkError } from '#publib/util'
import { assertExactly, batches, holdsForAll, values } from '../../../support/property.ts'

describe('record codec', () => {
  it('gives back exactly what was encoded, for any batch of values', () => {
    holdsForAll(
      batches,
      batch => {
        assertExactly(decodeBatch(encodeBatch(batch)), batch)
      },
      600,
    )
  })

  it('gives back exactly what was encoded, for any single value', () => {
    holdsForAll(values, value => {
      assertExactly(decodeValue(encodeValue(value)), value)
    })
  })

  const shapes: readonly (readonly [string, unknown[], string])[] = [
    ['integers', [1, -5, 70_000, 2 ** 31 - 1, -(2 ** 31)], 'i32'],
    ['doubles', [1, 0.5, NaN, -0, Infinity, -Infinity], 'f64'],
    ['-0 alone', [0, -0], 'f64'],
    ['integers beyond 32 bits', [2 ** 31, 1], 'f64'],
    ['bigints', [1n, -(2n ** 63n), 2n ** 63n - 1n], 'i64'],
    ['bigints beyond 64 bits', [1n, 2n ** 63n, -(10n ** 40n)], 'values'],
    ['booleans', [true, false, true, true, false, false, true, true, false], 'bool'],
    ['strings', ['', 'a', 'héllo', '世界', '😀', 'x'.repeat(100)], 'utf8'],
    ['lone surrogates', ['a', '\ud800', 'b\udc00c'], 'utf16'],
    ['dates', [new Date(0), new Date(NaN), new Date(-1)], 'date'],
    ['bytes', [new Uint8Array([1, 2]), new Uint8Array()], 'bytes'],
    ['buffers', [Buffer.from('ab'), Buffer.from('')], 'bytes'],
    ['nothing but null', [null, null], 'constant'],
    ['null and undefined', [null, undefined, null], 'nullable'],
    ['what may be missing', ['a', null, undefined, 'b', null], 'nullable'],
    [
      'pairs',
      [
        ['a', 1],
        ['b', 2],
      ],
      'tuple',
    ],
    [
      'pairs of pairs',
      [
        [['a', 1n], { x: 1 }],
        [['b', 2n], { x: null }],
      ],
      'tuple',
    ],
    ['arrays of several lengths', [[1], [], [2, 3]], 'list'],
    ['long arrays', [new Array(100).fill(0.5), new Array(100).fill(1)], 'list'],
    [
      'records',
      [
        { id: 1, name: 'a' },
        { id: 2, name: undefined },
      ],
      'record',
    ],
    ['records of several shapes', [{ a: 1 }, { b: 1 }], 'values'],
    ['several types', [1, 'a', null], 'values'],
    ['none', [], 'constant'],
  ]
  for (const [name, batch, kind] of shapes) {
    it(`holds ${name} as ${kind} and gives them back`, () => {
      const block = encodeBatch(batch)
      expect(decodeColumn(block).kind).to.equal(kind)
      assertExactly(decodeBatch(block), batch)
    })
  }

  it('keeps holes apart from undefined, and fields of arrays', () => {
    const holed: unknown[] = [1]
    holed[2] = undefined
    const matched = 'abc'.match(/b(c)/)
    assertExactly(decodeBatch(encodeBatch([holed, [1, 2, 3]])), [holed, [1, 2, 3]])
    assertExactly(decodeValue(encodeValue(matched)), matched)
  })

  it('keeps cycles and shared parts of odd values', () => {
    const cyclic: Record<string, unknown> = { name: 'a' }
    cyclic['self'] = cyclic
    const [decoded] = decodeBatch(encodeBatch([cyclic])) as (typeof cyclic)[]
    expect(decoded!['self']).to.equal(decoded)
    const value = decodeValue(encodeValue({ a: cyclic, b: cyclic })) as Record<string, unknown>
    expect(value['a']).to.equal(value['b'])
    const long: unknown[] = new Array(50).fill(0)
    long[7] = long
    const again = decodeValue(encodeValue(long)) as unknown[]
    expect(again[7]).to.equal(again)
  })

  it('keeps what a key named __proto__ holds, and harms nobody', () => {
    const sly = JSON.parse('{"__proto__": {"x": 1}}') as object
    assertExactly(decodeBatch(encodeBatch([sly])), [sly])
    expect(({} as Record<string, unknown>)['x']).to.equal(undefined)
  })

  it('keeps errors, their cause and their fields', () => {
    const error = Object.assign(new TypeError('no', { cause: new Error('why') }), { code: 'E1' })
    const [decoded] = decodeBatch(encodeBatch([error])) as (typeof error)[]
    expect(decoded).to.be.instanceOf(TypeError)
    expect(decoded).to.include({ message: 'no', code: 'E1', stack: error.stack })
    expect((decoded!.cause as Error).message).to.equal('why')
  })

  it('keeps groups and keyed maps', () => {
    const [pair] = decodeBatch(encodeBatch([['k', new ArrayGroup([1, 2])]])) as [
      string,
      ArrayGroup<number>,
    ][]
    expect(pair![1]).to.be.instanceOf(ArrayGroup)
    expect(pair![1].toArray()).to.deep.equal([1, 2])
    const map = decodeValue(encodeValue(new KeyedMap([[['a', 1], 5]]))) as KeyedMap<unknown, number>
    expect(map.get(['a', 1])).to.equal(5)
  })

  it('makes plain objects of instances and says of which class', () => {
    class Point {
      x = 1
    }
    const lost: string[] = []
    const block = encodeBatch([new Point(), new Point()], { onLostClass: name => lost.push(name) })
    assertExactly(decodeBatch(block), [{ x: 1 }, { x: 1 }])
    expect(lost).to.include('Point')
  })

  it('gives memory of its own, not views of the block', () => {
    const block = encodeBatch([[new Uint8Array([1, 2, 3]), 'x']])
    const [row] = decodeBatch(block) as [Uint8Array, string][]
    block.fill(0)
    expect([...row![0]]).to.deep.equal([1, 2, 3])
    expect(row![0].byteLength).to.equal(row![0].buffer.byteLength)
  })

  const refused: readonly (readonly [string, unknown, RegExp])[] = [
    ['a function', { a: [1, () => 1] }, /Row 12, at \.a\[1\], is a function/],
    ['a symbol', [1, Symbol('s')], /at \[1\], is a symbol/],
    ['a promise', { p: Promise.resolve(1) }, /at \.p, is a Promise.*mapAsync/],
    ['a generator', (function* () {})(), /Row 12 is a generator/],
    ['a WeakRef', { deep: { ref: new WeakRef({}) } }, /at \.deep\.ref, is a WeakRef/],
    ['an iterator', [[].values()], /at \[0\], is an Array Iterator/],
    [
      'a throwing getter',
      {
        get x() {
          throw new Error('ha')
        },
      },
      /at \.x, is something that throws.*ha/,
    ],
    ['a revoked proxy', revoked(), /Row 12 is something that throws/],
    ['endless depth', deep(3000), /nested more than 1000 deep/],
  ]
  for (const [name, value, message] of refused) {
    it(`refuses ${name}, naming row and path`, () => {
      const rows = [...new Array<unknown>(2).fill({ a: 1 }), value]
      const error = thrownBy(() => encodeBatch(rows, { firstRow: 10 }))
      expect(error.code).to.equal('VALUE_NOT_ENCODABLE')
      expect(error.message).to.match(message)
    })
  }

  it('names row and path in columns as well', () => {
    const rows = [
      ['a', { f: 1 }],
      ['b', { f: () => 1 }],
    ]
    expect(thrownBy(() => encodeBatch(rows)).message).to.match(/Row 1, at \[1\]\.f, is a function/)
    expect(thrownBy(() => encodeValue({ f: () => 1 }, { what: 'The result' })).message).to.match(
      /^The result, at \.f, is a function/,
    )
  })

  it('writes of a proxy what it shows, and never asks toJSON', () => {
    const proxy = new Proxy({ a: 1 }, { get: (_, key) => (key === 'a' ? 2 : undefined) })
    const liar = { a: 1, toJSON: undefined }
    assertExactly(decodeBatch(encodeBatch([proxy, liar])), [{ a: 2 }, liar])
  })
})

describe('damaged blocks', () => {
  it('are detected whatever bytes are changed, cut or added: 10,000 random damages', () => {
    const random = new SeededRandom(7)
    const blocks = [
      encodeBatch(Array.from({ length: 50 }, (_, i) => [`word${i}`, i])),
      encodeBatch([
        { a: 1, b: 'x' },
        { a: 2, b: null },
      ]),
      encodeBatch([new Map([[1, 2]]), 'x', 3n]),
      encodeBatch([0.5, 1.5]),
    ]
    let detected = 0
    for (let round = 0; round < 10_000; round++) {
      const damaged = damage(blocks[round % blocks.length]!, random)
      const error = thrownBy(() => decodeBatch(damaged))
      if (error.code === 'CORRUPT_BLOCK') detected++
    }
    expect(detected).to.equal(10_000)
  })

  it('are those that stand in the place of another', () => {
    const block = encodeBatch([1, 2], { salt: 17 })
    expect(decodeBatch(block, 17)).to.deep.equal([1, 2])
    expect(thrownBy(() => decodeBatch(block, 18)).code).to.equal('CORRUPT_BLOCK')
  })
})

function damage(block: Uint8Array, random: SeededRandom): Uint8Array {
  const kind = random.below(4)
  if (kind === 0) return block.slice(0, random.below(block.length))
  if (kind === 1) return Buffer.concat([block, random.bytes(1 + random.below(9))])
  const copy = block.slice()
  const changes = kind === 2 ? 1 : 1 + random.below(20)
  for (let i = 0; i < changes; i++) {
    copy[random.below(copy.length)]! ^= 1 << random.below(8)
  }
  return Buffer.compare(copy, block) === 0 ? block.slice(1) : copy
}

function thrownBy(call: () => unknown): SimSparkError {
  try {
    call()
  } catch (error) {
    if (error instanceof SimSparkError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function deep(levels: number): object {
  let value: object = {}
  for (let i = 0; i < levels; i++) value = { value }
  return value
}
