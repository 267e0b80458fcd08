import { expect } from 'chai'
import { type Kernels, plainKernels } from '#publib/kernels'
import { hashNumber, hashString } from '#publib/util'
import { fc, holdsForAll } from '../../../support/property.ts'
import { keysOf, sliced, stringsOf, textsOf, wellFormed } from './support/texts.ts'

const kernels: Kernels = plainKernels

describe('plain kernels', () => {
  it('find the lines of a text as a reader of lines does', () => {
    const ends = fc.constantFrom('\n', '\r\n', '\r', 'a', 'bé', '')
    holdsForAll(fc.array(ends, { maxLength: 30 }), parts => {
      const text = parts.join('')
      const expected = text.split(/\r\n|\n|\r/)
      if (expected.at(-1) === '') expected.pop()
      expect(stringsOf(kernels.splitLines(Buffer.from(text)))).to.deep.equal(expected)
    })
  })

  it('split as strings do, by any separator', () => {
    const separators = fc.constantFrom(' ', ',', 'a', 'aa', 'aba', 'é', '世', '\n')
    const alphabet = fc.constantFrom('a', 'b', ' ', ',', 'é', '世', '😀')
    const rows = fc.array(fc.string({ unit: alphabet, maxLength: 20 }), { maxLength: 10 })
    holdsForAll(fc.tuple(rows, separators), ([strings, separator]) => {
      const { tokens, counts } = kernels.splitEach(textsOf(strings), Buffer.from(separator))
      const parts = strings.map(string => string.split(separator))
      expect(stringsOf(tokens)).to.deep.equal(parts.flat())
      expect([...counts]).to.deep.equal(parts.map(items => items.length))
    })
  })

  it('take for white space what \\s does', () => {
    const apart = everyUnit().map(unit => `a${unit}b`)
    const all = kernels.splitSpaces(textsOf(apart)).counts
    expect([...all]).to.deep.equal(apart.map(string => string.split(/\s+/).length))
    const alphabet = fc.constantFrom('a', ' ', '\t', '\u00a0', '\u2003', '\u3000', '世', '\u2028')
    const rows = fc.array(fc.string({ unit: alphabet, maxLength: 20 }), { maxLength: 10 })
    holdsForAll(rows, strings => {
      const { tokens, counts } = kernels.splitSpaces(textsOf(strings))
      const parts = strings.map(string => string.split(/\s+/))
      expect(stringsOf(tokens)).to.deep.equal(parts.flat())
      expect([...counts]).to.deep.equal(parts.map(items => items.length))
    })
  })

  it('hash as keys are placed', () => {
    holdsForAll(fc.array(wellFormed), strings => {
      expect([...kernels.hashTexts(sliced(strings))]).to.deep.equal(strings.map(hashString))
    })
    holdsForAll(fc.array(fc.double()), numbers => {
      const hashes = kernels.hashNumbers(Float64Array.from(numbers))
      expect([...hashes]).to.deep.equal(numbers.map(hashNumber))
    })
  })

  it('number texts in the order of their coming, batch after batch', () => {
    const few = fc.array(fc.oneof(wellFormed, fc.constantFrom('a', 'b', '')), { maxLength: 40 })
    holdsForAll(fc.array(few, { maxLength: 5 }), batches => {
      const table = kernels.textTable()
      const numbers = new Map<string, number>()
      for (const strings of batches) {
        const expected = strings.map(string => numberOf(numbers, string))
        expect([...table.idsOf(sliced(strings))]).to.deep.equal(expected)
      }
      expect(table.size).to.equal(numbers.size)
      expect(stringsOf(table.keys())).to.deep.equal([...numbers.keys()])
      expect([...table.hashes()]).to.deep.equal([...numbers.keys()].map(hashString))
    })
  })

  it('number many texts, and forget them', () => {
    const table = kernels.textTable()
    for (const round of [1, 2]) {
      const strings = keysOf(20_000, round)
      const expected = strings.map((_, i) => i)
      expect([...table.idsOf(textsOf(strings))]).to.deep.equal(expected)
      expect([...table.idsOf(textsOf(strings))]).to.deep.equal(expected)
      expect(stringsOf(table.keys())).to.deep.equal(strings)
      table.clear()
      expect(table.size).to.equal(0)
    }
    const held = table.bytes
    table.release()
    expect(table.bytes).to.be.below(held)
  })

  it('number numbers: NaN is one key, and -0 is 0', () => {
    const values = fc.array(fc.oneof(fc.double(), fc.constantFrom(0, -0, NaN, 1, 2)))
    holdsForAll(values, numbers => {
      const table = kernels.numberTable()
      const known = new Map<number, number>()
      const expected = numbers.map(number => numberOf(known, number))
      expect([...table.idsOf(Float64Array.from(numbers))]).to.deep.equal(expected)
      expect([...table.keys()]).to.deep.equal([...known.keys()])
      expect([...table.hashes()]).to.deep.equal([...known.keys()].map(hashNumber))
    })
  })

  it('gather, measure, compare and change texts as strings do', () => {
    holdsForAll(fc.array(wellFormed, { minLength: 1 }), strings => {
      const texts = sliced(strings)
      const order = Uint32Array.from(strings, (_, i) => strings.length - 1 - i)
      expect(stringsOf(kernels.gatherTexts(texts, order))).to.deep.equal([...strings].reverse())
      expect([...kernels.unitLengths(texts)]).to.deep.equal(strings.map(s => s.length))
      const part = [...(strings[0] ?? '')][0] ?? ''
      for (const test of ['startsWith', 'endsWith', 'includes'] as const) {
        const expected = strings.map(string => Number(string[test](part)))
        expect([...kernels.testTexts(texts, test, Buffer.from(part))]).to.deep.equal(expected)
      }
    })
    holdsForAll(fc.array(fc.string()), strings => {
      const texts = textsOf(strings)
      const lower = kernels.caseTexts(texts, 'lower')
      const upper = kernels.caseTexts(texts, 'upper')
      expect(stringsOf(lower!)).to.deep.equal(strings.map(s => s.toLowerCase()))
      expect(stringsOf(upper!)).to.deep.equal(strings.map(s => s.toUpperCase()))
    })
    expect(kernels.caseTexts(textsOf(['é']), 'upper')).to.equal(undefined)
  })

  it('order texts as < does, and numbers by size with NaN last', () => {
    holdsForAll(fc.array(wellFormed), strings => {
      const order = kernels.orderOfTexts(sliced(strings))
      const expected = [...strings.keys()].sort((a, b) => {
        return strings[a]! < strings[b]! ? -1 : strings[a]! > strings[b]! ? 1 : a - b
      })
      expect([...order]).to.deep.equal(expected)
    })
    const order = kernels.orderOfNumbers(Float64Array.of(3, NaN, 0, -0, -1, Infinity, 0))
    expect([...order]).to.deep.equal([4, 2, 3, 6, 0, 5, 1])
  })
})

/** All characters below U+10000. */
function everyUnit(): string[] {
  const units = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit))
  return units.filter(unit => unit < '\ud800' || unit > '\udfff')
}

function numberOf<K>(numbers: Map<K, number>, key: K): number {
  const known = numbers.get(key)
  if (known !== undefined) return known
  numbers.set(key, numbers.size)
  return numbers.size - 1
}
