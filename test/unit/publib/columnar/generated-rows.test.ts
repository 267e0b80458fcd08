import { spawnSync } from 'node:child_process'
import { expect } from 'chai'
import { type Column, detectColumn, valuesOf } from '#publib/columnar'
import { assertExactly, batches, holdsForAll } from '../../../support/property.ts'

const COUNT = 150

/** Enough rows that loops are generated for them. */
function many<T>(row: (i: number) => T): T[] {
  return Array.from({ length: COUNT }, (_, i) => row(i))
}

describe('rows made by generated loops', () => {
  it('are exactly those that the column was made of', () => {
    const claim = (batch: readonly unknown[]): boolean => {
      if (batch.length === 0) return true
      const rows = many(i => [i, batch[i % batch.length], { a: batch[(i * 7) % batch.length] }])
      try {
        assertExactly(valuesOf(detectColumn(rows)), rows)
      } catch (error) {
        if ((error as Error).name !== 'TooDeepForColumns') throw error
      }
      return true
    }
    holdsForAll(batches, claim, 60)
  })

  it('keep the values of every kind, nested', () => {
    const rows = many(i => ({
      id: i,
      half: i / 2 - 10,
      isEven: i % 2 === 0,
      big: BigInt(i),
      when: new Date(i * 1000),
      nothing: null,
      missing: undefined,
      maybe: i % 3 === 0 ? null : `x${i}`,
      point: [i, -0, Number.NaN, { deep: [`d${i}`, i % 5 === 0 ? undefined : i] }],
      list: Array.from({ length: i % 4 }, (_, k) => k / 2),
    }))
    assertExactly(valuesOf(detectColumn(rows)), rows)
  })

  it('have keys of any text, in their order', () => {
    const keys = ['b', '"];throw 1//', "it's", '`x`', '\u2028', '\\', '\ud800', 'constructor', '']
    const rows = many(i => Object.fromEntries(keys.map(key => [key, `${key}${i}`])))
    assertExactly(valuesOf(detectColumn(rows)), rows)
    const fields = [detectColumn(many(i => i))]
    const column: Column = { kind: 'record', rows: COUNT, keys: ['__proto__'], fields }
    const [first] = valuesOf(column)
    expect(Object.getPrototypeOf(first)).to.equal(Object.prototype)
    expect(Object.keys(first as object)).to.deep.equal(['__proto__'])
  })

  it('may be very wide', () => {
    const inner = (i: number) => Object.fromEntries(many(k => [`k${k % 60}`, i + k]))
    const rows = many(i => [inner(i), inner(i), inner(i), inner(i)])
    assertExactly(valuesOf(detectColumn(rows)), rows)
  })

  it('are arrays of doubles where the numbers are, whatever the first of them are', () => {
    const lists = many(i => Array.from({ length: 20 + (i % 2) }, (_, k) => (k === 0 ? 1 : k / 3)))
    assertExactly(valuesOf(detectColumn(lists)), lists)
  })

  it('are the same where no code may be generated from text', () => {
    const program = `
      import { detectColumn, valuesOf } from '#publib/columnar'
      const rows = Array.from({ length: 100 }, (_, i) => ({ a: i, b: ['x' + i, i / 3], ['__proto_']: null }))
      let isForbidden = false
      try { new Function('') } catch { isForbidden = true }
      console.log(isForbidden, JSON.stringify(valuesOf(detectColumn(rows))) === JSON.stringify(rows))`
    const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '-e', program]
    const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: 'utf8' })
    expect(stderr).to.equal('')
    expect(stdout.trim()).to.equal('true true')
  })
})
