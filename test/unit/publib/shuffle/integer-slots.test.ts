import { expect } from 'chai'
import type { Column } from '#publib/columnar'
import { SeededRandom } from '#publib/util'
import { NumberNumbers } from '../../../../publib/shuffle/flat-numbers.ts'
import { IntegerSlots } from '../../../../publib/shuffle/integer-slots.ts'

function integers(values: readonly number[]): Column {
  return { kind: 'i32', values: Int32Array.from(values) }
}

/** What numbering by first coming gives. */
function expectedIds(known: Map<number, number>, values: readonly number[]): number[] {
  return values.map(value => {
    const id = known.get(value) ?? known.size
    known.set(value, id)
    return id
  })
}

const makers: Record<string, (random: SeededRandom) => number> = {
  'close together': random => random.below(300) - 150,
  'far apart': random => random.below(2 ** 32) - 2 ** 31,
  'mostly close together': random => (random.below(200) === 0 ? 2 ** 30 : random.below(5_000)),
  'at the ends of their range': random => (random.below(2) === 0 ? 2 ** 31 - 1 : -(2 ** 31)),
}

describe('numbering integers', () => {
  for (const [name, make] of Object.entries(makers)) {
    it(`goes by their first coming where they are ${name}`, () => {
      const random = new SeededRandom(5)
      const numbers = new NumberNumbers()
      const known = new Map<number, number>()
      for (const rows of [0, 1, 700, 3, 5_000, 5_000]) {
        const values = Array.from({ length: rows }, () => make(random))
        expect([...numbers.idsOf(integers(values))]).to.deep.equal(expectedIds(known, values))
        expect(numbers.size).to.equal(known.size)
      }
      const keys = numbers.keys() as Column & { kind: 'i32' }
      expect([...keys.values]).to.deep.equal([...known.keys()])
      expect(numbers.hashes()).to.have.length(known.size)
      numbers.release()
    })
  }

  it('goes on where fractions come after them', () => {
    const numbers = new NumberNumbers()
    expect([...numbers.idsOf(integers([7, 5, 7]))]).to.deep.equal([0, 1, 0])
    const doubles: Column = { kind: 'f64', values: Float64Array.of(5, 0.5, 7, -0, 0) }
    expect([...numbers.idsOf(doubles)]).to.deep.equal([1, 2, 0, 3, 3])
    expect([...numbers.idsOf(integers([0, 9]))]).to.deep.equal([3, 4])
    numbers.release()
  })

  it('gives the same hashes with slots and with a table', () => {
    const [slots, table] = [new NumberNumbers(), new NumberNumbers()]
    const values = Array.from({ length: 100 }, (_, i) => i - 50)
    slots.idsOf(integers(values))
    table.idsOf({ kind: 'f64', values: Float64Array.from(values) })
    expect([...slots.hashes()]).to.deep.equal([...table.hashes()])
    table.release()
  })

  it('begins anew when it was cleared, and when it was released', () => {
    const numbers = new NumberNumbers()
    numbers.idsOf(integers([3, 4]))
    numbers.clear()
    expect(numbers.size).to.equal(0)
    expect([...numbers.idsOf(integers([4, 3]))]).to.deep.equal([0, 1])
    numbers.release()
    expect([...numbers.idsOf(integers([3]))]).to.deep.equal([0])
  })

  it('takes nothing of what lies too far apart', () => {
    const slots = new IntegerSlots()
    expect([...slots.idsOf(Int32Array.of(1, 2))!]).to.deep.equal([0, 1])
    expect(slots.idsOf(Int32Array.of(3, 1_000_000_000))).to.equal(undefined)
    expect([...slots.keys()]).to.deep.equal([1, 2])
  })
})
