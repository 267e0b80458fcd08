import { expect } from 'chai'
import { type Kernels, kernels, untouchedKernelBytes } from '#publib/kernels'
import { SimSparkError } from '#publib/util'
import { Arena } from '../../../../publib/kernels/wasm/arena.ts'
import { newInstance } from '../../../../publib/kernels/wasm/instance.ts'
import { wasmKernels } from '../../../../publib/kernels/wasm/wasm-kernels.ts'
import { fc, holdsForAll } from '../../../support/property.ts'
import { keysOf, stringsOf, textsOf } from './support/texts.ts'

const MIB = 2 ** 20

function kernelsOf(mebibytes: number): Kernels {
  return wasmKernels(newInstance(mebibytes * MIB)!)
}

describe('the memory of kernels', () => {
  it('gives blocks that never overlap, and all of it again when they are freed', () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(3000), fc.nat(20)), { maxLength: 60 })
    holdsForAll(steps, orders => {
      const arena = new Arena(64, 64 + 64 * 1024)
      const taken: { start: number; size: number }[] = []
      for (const [frees, size, which] of orders) {
        if (frees && taken.length > 0) {
          arena.free(taken.splice(which % taken.length, 1)[0]!.start)
        } else if (arena.heldBytes + size + 128 < 16 * 1024) {
          const start = arena.allocate(size)
          for (const other of taken) {
            const isApart =
              start >= other.start + other.size + 64 || other.start >= start + size + 64
            expect(isApart).to.equal(true)
          }
          taken.push({ start, size })
        }
      }
      for (const { start } of taken) arena.free(start)
      expect(arena.heldBytes).to.equal(0)
      expect(arena.allocate(64 * 1024 - 64)).to.equal(64)
    })
  })

  it('says so when it is full, and goes on with what it has', () => {
    const own = kernelsOf(4)
    const table = own.textTable()
    const strings = keysOf(2000, 1)
    table.idsOf(textsOf(strings))
    const all = textsOf(keysOf(200_000, 2))
    expect(() => table.idsOf(all)).to.throw(SimSparkError, /no room for \d+ bytes more/)
    expect(stringsOf(table.keys()).slice(0, 2000)).to.deep.equal(strings)
    expect(() => own.allocate(8 * MIB))
      .to.throw(SimSparkError)
      .with.property('code', 'OUT_OF_MEMORY')
    table.release()
    expect([...own.textTable().idsOf(textsOf(['a', 'b', 'a']))]).to.deep.equal([0, 1, 0])
  })

  it('leaves to the plain kernels what it has no room for', () => {
    const own = kernelsOf(2)
    const lines = Buffer.alloc(200_000, '\n')
    expect(own.splitLines(lines).lengths.length).to.equal(200_000)
    const texts = { bytes: lines, starts: undefined, lengths: Uint32Array.of(lines.length) }
    const { counts } = own.splitEach(texts, Buffer.from('\n'))
    expect([...counts]).to.deep.equal([200_001])
  })

  it('keeps what lies in it where it is while tables grow', () => {
    const own = kernelsOf(64)
    const bytes = own.allocate(1000)
    bytes.fill(7)
    const table = own.textTable()
    table.idsOf(textsOf(keysOf(50_000, 3)))
    expect(bytes.length).to.equal(1000)
    expect(bytes.every(byte => byte === 7)).to.equal(true)
    own.free(bytes)
    const number = own.numberTable()
    number.idsOf(Float64Array.from({ length: 50_000 }, (_, i) => i))
    expect(table.size).to.equal(50_000)
    expect(own.memoryBytes).to.be.at.least(table.bytes + number.bytes)
  })

  it('gives results of their own outside of a scope, and its own place inside', () => {
    const own = kernelsOf(16)
    const text = own.allocate(5)
    text.set(Buffer.from('a\nb\nc'))
    const apart = own.splitLines(text)
    expect(apart.lengths.buffer).to.not.equal(text.buffer)
    own.scope(() => {
      const lines = own.splitLines(text)
      const others = own.splitLines(text.subarray(2))
      expect(lines.lengths.buffer).to.equal(text.buffer)
      expect(stringsOf(lines)).to.deep.equal(['a', 'b', 'c'])
      expect(stringsOf(others)).to.deep.equal(['b', 'c'])
    })
  })

  it('is address space until it is touched, and says how much of it is not', () => {
    const before = untouchedKernelBytes() + kernels().memoryBytes
    const table = kernels().textTable()
    table.idsOf(textsOf(keysOf(10_000, 4)))
    expect(untouchedKernelBytes() + kernels().memoryBytes).to.be.at.least(before)
    expect(untouchedKernelBytes()).to.be.above(0)
    expect(kernels().memoryBytes).to.be.at.least(table.bytes)
    table.release()
  })

  it('is given back at the end of a scope, also of one that fails', () => {
    const own = kernelsOf(64)
    const text = Buffer.alloc(4 * MIB, 'abc\n')
    for (let i = 0; i < 50; i++) {
      const fails = () =>
        own.scope(() => {
          own.splitLines(text)
          throw new Error('in a scope')
        })
      expect(fails).to.throw('in a scope')
    }
    expect(own.memoryBytes).to.be.below(64 * MIB)
  })
})
