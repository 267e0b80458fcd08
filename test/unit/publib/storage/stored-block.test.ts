import { expect } from 'chai'
import { ArrayGroup, type Column, detectColumn, valuesOf } from '#publib/columnar'
import { StoredBlock, storeColumn } from '#publib/storage'
import { assertExactly, batches, holdsForAll } from '../../../support/property.ts'

const store = (column: Column, onLostClass = (_: string) => {}) =>
  new StoredBlock(storeColumn(column, { onLostClass }))

describe('a stored block', () => {
  it('gives back exactly the records that were stored, again and again', () => {
    holdsForAll(
      batches,
      batch => {
        const block = store({ kind: 'values', values: batch })
        assertExactly(valuesOf(block.column()), batch)
        assertExactly(valuesOf(block.column()), batch)
      },
      400,
    )
  })

  it('is read as views of one memory that threads share, aligned, the same for every reader', () => {
    const rows = Array.from({ length: 100 }, (_, i): [string, number, boolean] => [
      `k${i}`,
      i / 3,
      i % 2 === 0,
    ])
    const memory = storeColumn(detectColumn(rows), {})
    expect(memory.buffer).to.be.instanceOf(SharedArrayBuffer)
    const [a, b] = [new StoredBlock(memory), new StoredBlock(memory)]
    const column = a.column() as Column & { kind: 'tuple' }
    expect(a.column()).to.equal(column)
    const doubles = column.fields[1] as Column & { kind: 'f64' }
    expect(doubles.values.buffer).to.equal(memory.buffer)
    expect(doubles.values.byteOffset % 8).to.equal(0)
    assertExactly(valuesOf(b.column()), rows)
  })

  it('is small: a pair of a text and an integer takes 8 bytes and its characters', () => {
    const rows = Array.from({ length: 8192 }, (_, i): [string, number] => [`k${i + 100_000}`, i])
    const size = storeColumn(detectColumn(rows), {}).length
    expect(size / rows.length).to.be.below(15.1)
  })

  it('has memory that columns share once', () => {
    const once = detectColumn(Array.from({ length: 1000 }, (_, i) => i / 3))
    const twice: Column = { kind: 'tuple', rows: 1000, fields: [once, once] }
    const memory = storeColumn(twice, {})
    expect(memory.length).to.be.below(8500)
    assertExactly(valuesOf(new StoredBlock(memory).column()), valuesOf(twice))
  })

  it('keeps groups, and texts that share their bytes where that is smaller', () => {
    const groups = [new ArrayGroup([1, 2, 3]), new ArrayGroup([]), new ArrayGroup([4])]
    const pairs = groups.map((group, i): [number, ArrayGroup<number>] => [i, group])
    const read = valuesOf(store(detectColumn(pairs)).column()) as typeof pairs
    expect(read.map(([i, group]) => [i, group.toArray()])).to.deep.equal([
      [0, [1, 2, 3]],
      [1, []],
      [2, [4]],
    ])
    const bytes = new TextEncoder().encode(`a rather long name${'x'.repeat(500)}`)
    const shared = (rows: number): Column => ({
      ...{ kind: 'utf8', bytes, starts: new Uint32Array(rows) },
      lengths: new Uint32Array(rows).fill(18),
    })
    const [few, many] = [store(shared(3)).column(), store(shared(1000)).column()]
    expect(
      [few, many].map(column => 'starts' in column && column.starts !== undefined),
    ).to.deep.equal([false, true])
    for (const column of [few, many]) {
      expect(new Set(valuesOf(column))).to.deep.equal(new Set(['a rather long name']))
    }
  })

  it('makes fresh values of what has no columns, and tells of lost classes', () => {
    class Point {
      readonly x = 1
    }
    const lost: string[] = []
    const column = detectColumn([
      ['a', new Point()],
      ['b', new Map([[1, 2]])],
    ])
    const block = store(column, name => lost.push(name))
    const [first, second] = [valuesOf(block.column()), valuesOf(block.column())] as [
      [string, unknown][],
      [string, unknown][],
    ]
    expect(first).to.deep.equal([
      ['a', { x: 1 }],
      ['b', new Map([[1, 2]])],
    ])
    expect(first[0]![1]).to.not.equal(second[0]![1])
    expect(lost).to.deep.equal(['Point'])
  })

  it('names the row and the place of what cannot be stored', () => {
    const rows = [
      ['a', { f: 1 }],
      ['b', { f: () => 1 }],
    ]
    expect(() => store(detectColumn(rows))).to.throw(/Row 1, at \[1\]\.f, is a function/)
  })
})
