import { expect } from 'chai'
import { type Kernels, kernels, plainKernels, type Texts } from '#publib/kernels'
import { newInstance } from '../../../../publib/kernels/wasm/instance.ts'
import { wasmKernels } from '../../../../publib/kernels/wasm/wasm-kernels.ts'
import { fc, holdsForAll } from '../../../support/property.ts'
import { keysOf, sliced, stringsOf, textsOf, wellFormed } from './support/texts.ts'

const wasm = small(64)
const plain = plainKernels

/** Kernels with so many MiB. */
function small(mebibytes: number): Kernels {
  return wasmKernels(newInstance(mebibytes * 2 ** 20)!)
}

/** The same texts with their bytes in the kernels' memory, at every kind of place. */
function inside(texts: Texts, alignment: number): Texts & { readonly block: Uint8Array } {
  const block = wasm.allocate(texts.bytes.length + alignment)
  const bytes = block.subarray(alignment)
  bytes.set(texts.bytes)
  return { ...texts, bytes, block }
}

type Claim = (kernels: Kernels, texts: Texts) => unknown

/** Holds that both give the same for texts wherever they stand. */
function sameForAll(texts: fc.Arbitrary<readonly string[]>, claim: Claim): void {
  holdsForAll(fc.tuple(texts, fc.nat(63)), ([strings, alignment]) => {
    for (const some of [textsOf(strings), sliced(strings)]) {
      const expected = claim(plain, some)
      expect(claim(wasm, some)).to.deep.equal(expected)
      const here = inside(some, alignment)
      expect(claim(wasm, here)).to.deep.equal(expected)
      // Results live in the scope only.
      wasm.scope(() => expect(claim(wasm, here)).to.deep.equal(expected))
      wasm.free(here.block)
    }
  })
}

const alphabet = fc.constantFrom(...'ab ,;\n\r\t\v\f\u00a0\u2003\u3000\u2028\u1680\ufeffé世😀\0')
const rows = fc.array(fc.oneof(wellFormed, fc.string({ unit: alphabet, maxLength: 90 })))

function tokensAsStrings({ tokens, counts }: ReturnType<Kernels['splitSpaces']>) {
  return [stringsOf(tokens), [...counts]]
}

describe('kernels in WebAssembly', () => {
  it('are what a thread gets', () => {
    expect(kernels().name).to.equal('wasm')
    expect(kernels()).to.equal(kernels())
  })

  it('find the same lines in all bytes, of every length and at every place', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .array(fc.constantFrom(10, 13, 11, 12, 65), { maxLength: 300 })
        .map(bytes => Uint8Array.from(bytes)),
    )
    holdsForAll(fc.tuple(bytes, fc.nat(63)), ([some, alignment]) => {
      const expected = linesOf(plain, some)
      expect(linesOf(wasm, some)).to.deep.equal(expected)
      const block = wasm.allocate(some.length + alignment)
      block.set(some, alignment)
      expect(linesOf(wasm, block.subarray(alignment))).to.deep.equal(expected)
      wasm.free(block)
    })
    for (let size = 0; size <= 200; size++) {
      for (const last of ['a', '\n', '\r']) {
        const text = Buffer.from(`${'x'.repeat(size)}${last}`)
        expect(linesOf(wasm, text)).to.deep.equal(linesOf(plain, text))
      }
    }
  })

  it('find lines across the pieces in which a long text is searched', () => {
    const text = Buffer.from('0123456789\r\nab\rc\n\n'.repeat(40_000))
    for (const cut of [0, 1, 2, 3, 5, 7]) {
      expect(digest(linesOf(wasm, text.subarray(cut)))).to.equal(
        digest(linesOf(plain, text.subarray(cut))),
      )
    }
  })

  it('split the same, by one byte or more', () => {
    for (const separator of [' ', ',', '\n', 'a', 'ab', 'aa', 'é', '世', ', ']) {
      const bytes = Buffer.from(separator)
      sameForAll(rows, (some, texts) => tokensAsStrings(some.splitEach(texts, bytes)))
    }
  })

  it('split the same at white space', () => {
    sameForAll(rows, (some, texts) => tokensAsStrings(some.splitSpaces(texts)))
    for (let size = 0; size <= 200; size++) {
      for (const space of [' ', '\u00a0', '\u2003', '\u3000']) {
        const texts = textsOf([`${'x'.repeat(size)}${space}y`, `${space}${space}`])
        const expected = tokensAsStrings(plain.splitSpaces(texts))
        expect(tokensAsStrings(wasm.splitSpaces(texts))).to.deep.equal(expected)
      }
    }
  })

  it('hash, measure and gather the same', () => {
    sameForAll(rows, (some, texts) => [...some.hashTexts(texts)])
    sameForAll(rows, (some, texts) => [...some.unitLengths(texts)])
    sameForAll(rows, (some, texts) => {
      const order = Uint32Array.from(texts.lengths, (_, i) => texts.lengths.length - 1 - i)
      return stringsOf(some.gatherTexts(texts, order))
    })
  })

  it('compare the same', () => {
    for (const test of ['equals', 'startsWith', 'endsWith', 'includes'] as const) {
      for (const part of ['', 'a', 'ab', ' ,', '世', 'abcdefghijk', '😀\0']) {
        sameForAll(rows, (some, texts) => [...some.testTexts(texts, test, Buffer.from(part))])
      }
      sameForAll(rows, (some, texts) => {
        const part = Buffer.from(stringsOf(texts)[1]?.slice(1, 20) ?? 'x')
        return [...some.testTexts(texts, test, part)]
      })
    }
  })

  it('change the case of ASCII the same, and of nothing else', () => {
    const ascii = fc.array(fc.string({ unit: 'binary-ascii', maxLength: 70 }))
    for (const to of ['lower', 'upper'] as const) {
      sameForAll(ascii, (some, texts) => stringsOf(some.caseTexts(texts, to) ?? texts))
    }
    expect(wasm.caseTexts(textsOf(['é']), 'lower')).to.equal(undefined)
  })

  it('take for integers the same, however many there are', () => {
    const mostly = fc.oneof({ weight: 200, arbitrary: fc.integer() }, numbers)
    holdsForAll(fc.array(mostly, { minLength: 60, maxLength: 300 }), values => {
      const doubles = Float64Array.from(values)
      expect(wasm.integersOf(doubles)).to.deep.equal(plain.integersOf(doubles))
    })
    for (const odd of [-0, NaN, 0.5, 2 ** 31, -(2 ** 31) - 1]) {
      for (const at of [0, 63, 98, 99, 100]) {
        const values = Float64Array.from({ length: 101 }, (_, i) => i - 50)
        expect(wasm.integersOf(values)).to.deep.equal(Int32Array.from(values))
        values[at] = odd
        expect(wasm.integersOf(values)).to.equal(undefined)
      }
    }
  })

  it('hash numbers the same', () => {
    holdsForAll(fc.array(numbers), values => {
      const doubles = Float64Array.from(values)
      expect(wasm.hashNumbers(doubles)).to.deep.equal(plain.hashNumbers(doubles))
      const integers = Int32Array.from(values)
      expect(wasm.hashNumbers(integers)).to.deep.equal(plain.hashNumbers(integers))
      const others = integers.slice().reverse()
      expect(wasm.recordSums(integers, others)).to.deep.equal(plain.recordSums(integers, others))
    })
  })

  it('add numbers up by id the same: NaN and -0 too, in their own memory and elsewhere', () => {
    const rows = fc.array(fc.tuple(fc.nat(9), numbers), { maxLength: 40 })
    holdsForAll(rows, found => {
      const seen = new Map<number, number>()
      const ids = Int32Array.from(found, ([key]) => {
        if (!seen.has(key)) seen.set(key, seen.size)
        return seen.get(key)!
      })
      const doubles = Float64Array.from(found, ([, value]) => value)
      for (const values of [doubles, Int32Array.from(doubles)]) {
        const room = ids.length + 3
        const block = wasm.allocate(room * 8)
        const here = new Float64Array(block.buffer, block.byteOffset, room).fill(0.5)
        const there = new Float64Array(room).fill(0.5)
        for (const sums of [here, there]) {
          // All of them, and once more: then none is new.
          const size = wasm.addByIds(ids, values, sums, 0)
          expect(size).to.equal(seen.size)
          expect(wasm.addByIds(ids, values, sums, size)).to.equal(size)
        }
        const expected = new Float64Array(room).fill(0.5)
        plain.addByIds(ids, values, expected, plain.addByIds(ids, values, expected, 0))
        expect(there).to.deep.equal(expected)
        expect(here.slice()).to.deep.equal(expected)
        wasm.free(block)
      }
    })
  })
})

describe('texts that are not copied whole', () => {
  /** Rows far apart in bytes of that size, the last before the first. */
  function farApart(size: number): Texts {
    const bytes = new Uint8Array(size)
    const rows = ['one two', '', 'drei vier', 'a long one that fills more than a slot', 'é 世']
    const starts = rows.map((_, i) => size - 100 - Math.floor((i * (size - 200)) / rows.length))
    for (const [i, row] of rows.entries()) bytes.set(Buffer.from(row), starts[i]!)
    const lengths = Uint32Array.from(rows, row => Buffer.byteLength(row))
    return { bytes, starts: Uint32Array.from(starts), lengths }
  }

  for (const [what, size] of [
    ['but for the part in which they lie', 2 ** 20],
    ['since they lie in too much', 20 * 2 ** 20],
  ] as const) {
    it(`are done the same, ${what}`, () => {
      const texts = farApart(size)
      const space = Buffer.from(' ')
      const order = Uint32Array.of(4, 0, 0, 3)
      for (const claim of [
        some => tokensAsStrings(some.splitEach(texts, space)),
        some => tokensAsStrings(some.splitSpaces(texts)),
        some => [...some.hashTexts(texts)],
        some => [...some.unitLengths(texts)],
        some => [...some.testTexts(texts, 'includes', space)],
        some => stringsOf(some.gatherTexts(texts, order)),
        some => [...some.textTable().idsOf(texts)],
      ] satisfies ((some: Kernels) => unknown)[]) {
        expect(claim(wasm)).to.deep.equal(claim(plain))
      }
    })
  }
})

describe('tables in WebAssembly', () => {
  it('number texts the same, batch after batch', () => {
    const few = fc.array(fc.oneof(wellFormed, fc.string({ unit: alphabet, maxLength: 40 })))
    holdsForAll(fc.array(fc.tuple(few, fc.boolean()), { maxLength: 5 }), batches => {
      const tables = [wasm.textTable(), plain.textTable()] as const
      for (const [strings, clears] of batches) {
        const texts = clears ? sliced(strings) : textsOf(strings)
        expect([...tables[0].idsOf(texts)]).to.deep.equal([...tables[1].idsOf(texts)])
        expectSame(...tables)
        if (clears) for (const table of tables) table.clear()
      }
      expectSame(...tables)
      for (const table of tables) table.release()
      expectSame(...tables)
    })
  })

  it('tell keys of every length apart by each of their bytes', () => {
    const table = wasm.textTable()
    const strings: string[] = []
    for (let size = 0; size <= 70; size++) {
      const text = 'k'.repeat(size)
      strings.push(text)
      for (let at = 0; at < size; at++) strings.push(`${text.slice(0, at)}\0${text.slice(at + 1)}`)
    }
    const expected = strings.map((_, i) => i)
    expect([...table.idsOf(textsOf(strings))]).to.deep.equal(expected)
    expect([...table.idsOf(sliced(strings))]).to.deep.equal(expected)
    table.release()
  })

  it('grow with many keys, long ones among them, and forget them', () => {
    const tables = [wasm.textTable(), plain.textTable()] as const
    const strings = [...keysOf(40_000, 1), 'x'.repeat(300_000), '世'.repeat(100_000)]
    for (let round = 0; round < 2; round++) {
      for (let first = 0; first < strings.length; first += 25_000) {
        const texts = textsOf(strings.slice(first, first + 25_000))
        expect(tables[0].idsOf(texts)).to.deep.equal(tables[1].idsOf(texts))
      }
      expect(tables[0].idsOf(textsOf(strings))).to.deep.equal(Int32Array.from(strings, (_, i) => i))
      expect(digest(tables[0].hashes())).to.equal(digest(tables[1].hashes()))
      expect(stringsOf(tables[0].keys())).to.deep.equal(strings)
      for (const table of tables) table.clear()
      expect(tables[0].size).to.equal(0)
    }
    for (const table of tables) table.release()
  })

  it('number numbers the same: NaN, -0, integers as they are', () => {
    holdsForAll(fc.array(fc.array(numbers), { maxLength: 4 }), batches => {
      const tables = [wasm.numberTable(), plain.numberTable()] as const
      for (const batch of batches) {
        const doubles = Float64Array.from(batch)
        expect(tables[0].idsOf(doubles)).to.deep.equal(tables[1].idsOf(doubles))
        const integers = Int32Array.from(batch)
        expect(tables[0].idsOf(integers)).to.deep.equal(tables[1].idsOf(integers))
        expect(tables[0].keys()).to.deep.equal(tables[1].keys())
        expect(tables[0].hashes()).to.deep.equal(tables[1].hashes())
      }
      for (const table of tables) table.release()
    })
    const many = Float64Array.from({ length: 60_001 }, (_, i) => (i * 7919) % 40_000)
    const [fast, slow] = [wasm.numberTable(), plain.numberTable()]
    expect(digest(fast.idsOf(many))).to.equal(digest(slow.idsOf(many)))
    expect(digest(fast.keys())).to.equal(digest(slow.keys()))
    fast.clear()
    expect([...fast.idsOf(many.subarray(5, 7))]).to.deep.equal([0, 1])
    fast.release()
  })
})

const numbers = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 2 ** 53),
)

function linesOf(some: Kernels, bytes: Uint8Array) {
  const { starts, lengths } = some.splitLines(bytes)
  return { starts: [...starts!], lengths: [...lengths] }
}

/** Of arrays too long to be shown. */
function digest(value: unknown): string {
  return JSON.stringify(value)
}

function expectSame(
  a: ReturnType<Kernels['textTable']>,
  b: ReturnType<Kernels['textTable']>,
): void {
  expect(a.size).to.equal(b.size)
  expect(stringsOf(a.keys())).to.deep.equal(stringsOf(b.keys()))
  expect([...a.hashes()]).to.deep.equal([...b.hashes()])
}
