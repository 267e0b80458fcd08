import { expect } from 'chai'
import { kernels, plainKernels, type Texts } from '#publib/kernels'
import { compareValues, SeededRandom } from '#publib/util'
import { newInstance } from '../../../../publib/kernels/wasm/instance.ts'
import { wasmKernels } from '../../../../publib/kernels/wasm/wasm-kernels.ts'
import { assertExactly, fc, holdsForAll } from '../../../support/property.ts'

const implementations = { plain: plainKernels, wasm: kernels() }

/** Texts one behind the other, or slices of bytes with gaps between them, out of order. */
function textsOf(values: readonly string[], isSliced: boolean): Texts {
  const encoded = values.map(value => Buffer.from(value))
  const lengths = Uint32Array.from(encoded, ({ length }) => length)
  if (!isSliced)
    return { bytes: new Uint8Array(Buffer.concat(encoded)), lengths, starts: undefined }
  const starts = new Uint32Array(values.length)
  const parts: Uint8Array[] = []
  let end = 0
  for (let i = values.length - 1; i >= 0; i--) {
    parts.push(Buffer.from('gap'), encoded[i]!)
    starts[i] = end + 3
    end += 3 + lengths[i]!
  }
  return { bytes: new Uint8Array(Buffer.concat(parts)), lengths, starts }
}

function valuesOf({ bytes, lengths, starts }: Texts): string[] {
  let next = 0
  return Array.from(lengths, (length, i) => {
    const start = starts?.[i] ?? next
    next = start + length
    return Buffer.from(bytes.subarray(start, next)).toString()
  })
}

/** What Array.sort, which is stable, says under the total order. */
function expectedOrder(values: readonly unknown[], isFalling: boolean): number[] {
  const order = values.map((_, i) => i)
  return order.sort((a, b) =>
    isFalling ? compareValues(values[b], values[a]) : compareValues(values[a], values[b]),
  )
}

const numbers = fc.array(
  fc.oneof(
    fc.integer({ min: -5, max: 5 }),
    fc.integer(),
    fc.double(),
    fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 2 ** 53, 5e-324, -5e-324),
  ),
  { maxLength: 80 },
)

/** Few characters, so that beginnings and whole texts are often equal; of one to four bytes, and zero. */
const pieces = fc.constantFrom(
  'a',
  'b',
  '\0',
  'é',
  '\uffff',
  '\ue000',
  '\ud7ff',
  '😀',
  '\u{10ffff}',
)
const words = fc
  .tuple(
    fc.array(fc.array(pieces, { maxLength: 14 }), { maxLength: 60 }),
    fc.constantFrom('', 'common beginning ', '\uffff'),
  )
  .map(([texts, start]) => texts.map(parts => start + parts.join('')))

for (const [name, kernels] of Object.entries(implementations)) {
  describe(`sorting by ${name} kernels`, () => {
    it('are those that were asked for', () => {
      expect(kernels.name).to.equal(name)
    })

    it('orders numbers as the total order does, equal ones as they come', () => {
      holdsForAll(fc.tuple(numbers, fc.boolean()), ([values, isFalling]) => {
        const order = kernels.orderOfNumbers(Float64Array.from(values), isFalling)
        expect([...order]).to.deep.equal(expectedOrder(values, isFalling))
      })
    })

    it('gives sorted numbers to the last bit', () => {
      holdsForAll(fc.tuple(numbers, fc.boolean()), ([values, isFalling]) => {
        const sorted = [...kernels.sortNumbers(Float64Array.from(values), isFalling)]
        assertExactly(
          sorted,
          expectedOrder(values, isFalling).map(i => values[i]),
        )
      })
    })

    it('orders texts as their code units rise, equal ones as they come', () => {
      holdsForAll(fc.tuple(words, fc.boolean(), fc.boolean()), ([values, isSliced, isFalling]) => {
        const texts = textsOf(values, isSliced)
        const order = kernels.orderOfTexts(texts, isFalling)
        expect([...order]).to.deep.equal(expectedOrder(values, isFalling))
        const gathered = kernels.gatherTexts(texts, order)
        expect(gathered.starts).to.equal(undefined)
        expect(valuesOf(gathered)).to.deep.equal([...order].map(i => values[i]))
      })
    })

    it('orders thousands, many of them equal', () => {
      const random = new SeededRandom(7)
      const values = Array.from({ length: 5000 }, () => random.below(900) - 450)
      expect([...kernels.orderOfNumbers(Float64Array.from(values))]).to.deep.equal(
        expectedOrder(values, false),
      )
      const texts = values.map(value => `a beginning of any length ${value * value}`)
      expect([...kernels.orderOfTexts(textsOf(texts, false))]).to.deep.equal(
        expectedOrder(texts, false),
      )
    })

    it('counts the bounds before a number', () => {
      holdsForAll(fc.tuple(numbers, numbers), ([values, given]) => {
        const bounds = [...given].sort(compareValues)
        const places = kernels.placesOfNumbers(Float64Array.from(values), Float64Array.from(bounds))
        expect([...places]).to.deep.equal(values.map(value => boundsBefore(bounds, value)))
      })
    })

    it('counts the bounds before a text', () => {
      holdsForAll(fc.tuple(words, words, fc.boolean()), ([values, given, isSliced]) => {
        const bounds = [...given].sort()
        const places = kernels.placesOfTexts(textsOf(values, isSliced), textsOf(bounds, !isSliced))
        expect([...places]).to.deep.equal(values.map(value => boundsBefore(bounds, value)))
      })
    })
  })
}

describe('sorting by plain and by wasm kernels', () => {
  const random = new SeededRandom(11)
  const below = (bound: number): number => random.below(bound)
  const few = ['a', 'b', '\0', 'é', '\uffff', '\ue000', '\ud7ff', '😀', '\u{10ffff}']
  const makers: Record<string, () => string> = {
    'short texts with numbers': () => `s${below(2 ** 32)}`,
    'beginnings of several words': () => 'https://www.'.repeat(1 + below(3)) + below(50),
    'one character many times': () => 'a'.repeat(below(600)),
    'zeros at the end': () => 'x'.repeat(20) + '\0'.repeat(below(20)),
    'characters of all widths': () =>
      Array.from({ length: below(20) }, () => few[below(9)]).join(''),
    'few texts': () => `the same ${below(3)}`,
    'words of few letters': () =>
      Array.from({ length: 1 + below(12) }, () => 'etaoin'[below(6)]).join(''),
    'letters of any kind': () =>
      Array.from({ length: 9 }, () => String.fromCharCode(below(128))).join(''),
  }

  for (const [name, make] of Object.entries(makers)) {
    it(`gives the same order of ${name}`, () => {
      for (const count of [0, 1, 17, 400]) {
        for (const isFalling of [false, true]) {
          const texts = textsOf(Array.from({ length: count }, make), isFalling)
          const order = kernels().orderOfTexts(texts, isFalling)
          assertExactly(order, plainKernels.orderOfTexts(texts, isFalling))
          assertExactly(kernels().gatherTexts(texts, order), plainKernels.gatherTexts(texts, order))
          const bounds = textsOf(Array.from({ length: 40 }, make).sort(), false)
          const places = kernels().placesOfTexts(texts, bounds)
          assertExactly(places, plainKernels.placesOfTexts(texts, bounds))
        }
      }
    })
  }

  it('gives the same order of many texts, whose beginnings are told in fewer bits', () => {
    for (const make of Object.values(makers)) {
      const texts = textsOf(Array.from({ length: 6_000 }, make), false)
      for (const isFalling of [false, true]) {
        const order = kernels().orderOfTexts(texts, isFalling)
        assertSameBytes(order, plainKernels.orderOfTexts(texts, isFalling))
      }
    }
  })

  it('gives the same order of numbers of all magnitudes', () => {
    const numbers = [
      () => random.number() - 0.5,
      () => below(100) - 50,
      () => below(2 ** 32) / 2 ** 32,
      () => random.number() * 10 ** (below(600) - 300),
    ]
    for (const make of numbers) {
      for (const count of [1, 300, 20_000, 70_000]) {
        const values = Float64Array.from({ length: count }, make)
        for (const isFalling of [false, true]) {
          const order = kernels().orderOfNumbers(values, isFalling)
          assertSameBytes(order, plainKernels.orderOfNumbers(values, isFalling))
          const sorted = kernels().sortNumbers(values, isFalling)
          assertSameBytes(sorted, plainKernels.sortNumbers(values, isFalling))
        }
      }
    }
  })
})

describe('sorting by kernels that have no room', () => {
  it('is left to plain ones', () => {
    const small = wasmKernels(newInstance(2 ** 18)!)
    const values = Float64Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 50_021)
    assertSameBytes(small.sortNumbers(values), plainKernels.sortNumbers(values))
    assertSameBytes(small.orderOfNumbers(values, true), plainKernels.orderOfNumbers(values, true))
    const texts = textsOf(Array.from(values.subarray(0, 20_000), String), false)
    assertSameBytes(small.orderOfTexts(texts), plainKernels.orderOfTexts(texts))
    const bounds = Float64Array.of(10, 20_000)
    const places = small.placesOfNumbers(values, bounds)
    assertSameBytes(places, plainKernels.placesOfNumbers(values, bounds))
  })
})

function assertSameBytes(actual: ArrayBufferView, expected: ArrayBufferView): void {
  const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
    Buffer.from(buffer, byteOffset, byteLength)
  expect(bytesOf(actual).equals(bytesOf(expected))).to.equal(true)
}

function boundsBefore(bounds: readonly unknown[], value: unknown): number {
  return bounds.filter(bound => compareValues(bound, value) < 0).length
}
