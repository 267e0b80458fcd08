import { expect } from 'chai'
import { copyValue, equalValues, hashBytes, hashString, hashValue } from '#publib/util'
import { fc, holdsForAll, keys } from '../../../support/property.ts'

describe('the hash of keys', () => {
  // Data of earlier versions lies on disks, and the parts of a cluster must agree: these never change.
  const pinned: readonly (readonly [unknown, number])[] = [
    [undefined, 186538513],
    [null, 1013904242],
    [true, 458671337],
    [false, 2081813403],
    [0, 999619327],
    [1, 853954919],
    [-1.5, 998064808],
    [Number.NaN, 1061831160],
    [2 ** 53, 732628706],
    ['', -1977889805],
    ['a', -848316111],
    ['hello', 459573662],
    ['héllo wörld', -358573680],
    ['世界 😀', -289631520],
    ['\ud800', 2087974986],
    [1n, -2071907681],
    [-(10n ** 30n), 1622661477],
    [new Date(86_400_000), 1881038513],
    [new Uint8Array([1, 2, 3, 4, 5]), -1167201244],
    [[], -1014822905],
    [['a', 1], 458043092],
    [{}, -374734339],
    [{ id: 7, tags: ['x', null] }, -668820548],
  ]
  for (const [value, hash] of pinned) {
    it(`of ${typeof value === 'bigint' ? `${value}n` : JSON.stringify(value)} is ${hash}`, () => {
      expect(hashValue(value)).to.equal(hash)
    })
  }

  it('is Murmur3 over bytes', () => {
    // Published test vectors, as signed numbers.
    const text = (s: string) => new TextEncoder().encode(s)
    expect(hashBytes(text(''), 0)).to.equal(0)
    expect(hashBytes(text(''), 1)).to.equal(0x514e28b7)
    expect(hashBytes(new Uint8Array([0x21, 0x43, 0x65, 0x87]), 0)).to.equal(0xf55b516b | 0)
    expect(hashBytes(new Uint8Array([0x21, 0x43, 0x65]), 0)).to.equal(0x7e4a8634)
    expect(hashBytes(text('Hello, world!'), 0x9747b28c)).to.equal(0x24884cba)
    expect(hashBytes(text('The quick brown fox jumps over the lazy dog'), 0x9747b28c)).to.equal(
      0x2fa826cd,
    )
  })

  it('of a string is the hash of its UTF-8 bytes', () => {
    holdsForAll(fc.string({ unit: 'grapheme', maxLength: 50 }), text => {
      expect(hashString(text)).to.equal(hashBytes(new TextEncoder().encode(text), 0x73747231))
    })
  })

  it('is the same for equal keys', () => {
    holdsForAll(keys, key => hashValue(key) === hashValue(copyValue(key)))
    expect(hashValue(-0)).to.equal(hashValue(0))
    expect(hashValue({ a: 1, b: 2 })).to.equal(hashValue({ b: 2, a: 1 }))
    expect(hashValue(Buffer.from('ab'))).to.equal(hashValue(new Uint8Array([97, 98])))
  })

  it('is hardly ever the same for different keys', () => {
    let collisions = 0
    holdsForAll(fc.tuple(keys, keys), ([a, b]) => {
      if (!equalValues(a, b) && hashValue(a) === hashValue(b)) collisions++
      return true
    })
    expect(collisions).to.equal(0)
  })

  it('spreads small integers and similar texts over partitions', () => {
    for (const make of [(i: number) => i, (i: number) => `key${i}`, (i: number) => [i, 'x']]) {
      const counts = new Array<number>(16).fill(0)
      for (let i = 0; i < 16_000; i++) counts[(hashValue(make(i)) >>> 0) % 16]!++
      expect(Math.max(...counts)).to.be.lessThan(1200)
      expect(Math.min(...counts)).to.be.greaterThan(800)
    }
  })

  it('ends at cycles and at huge values', () => {
    const cyclic: Record<string, unknown> = {}
    cyclic['left'] = cyclic
    cyclic['right'] = cyclic
    expect(hashValue(cyclic)).to.be.a('number')
  })
})
