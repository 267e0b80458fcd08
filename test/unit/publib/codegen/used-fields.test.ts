import { expect } from 'chai'
import type { Column } from '#publib/columnar'
import type { Expression } from '#publib/recognition'
import type { Step } from '../../../../publib/codegen/step.ts'
import { usedFields, withFields } from '../../../../publib/codegen/typed/used-fields.ts'

describe('the fields that a chain looks at', () => {
  const row: Expression = { op: 'argument', index: 0 }
  const field = (name: string): Expression => ({ op: 'field', of: row, name })
  const step = (tag: string, result?: Expression): Step => {
    const shape = result && { parameters: 1, locals: [], result, intrinsics: [] }
    return { tag, roots: [{ shape }] } as unknown as Step
  }

  it('are those of filters and of the map behind them', () => {
    const kept = step('filter', { op: 'unary', operator: '!', of: field('a') })
    const made = step('map', { op: 'tuple', items: [field('b'), field('a')] })
    expect([...usedFields([kept, made, step('filter')], 'collect')!]).to.deep.equal(['a', 'b'])
    expect([...usedFields([kept], 'count')!]).to.deep.equal(['a'])
  })

  it('are perhaps all where an element goes on as it is, or a function is not simple', () => {
    expect(usedFields([step('filter', field('a'))], 'collect')).to.equal(undefined)
    expect(usedFields([step('map')], 'count')).to.equal(undefined)
    expect(usedFields([step('map', { op: 'tuple', items: [row] })], 'count')).to.equal(undefined)
    expect(usedFields([step('keyBy', field('a'))], 'count')).to.equal(undefined)
    expect(usedFields([], 'count')).to.equal(undefined)
  })

  it('are the only ones that are made', () => {
    const made: string[] = []
    const fields: Column[] = []
    for (const name of ['a', 'b', 'c']) {
      Object.defineProperty(fields, fields.length, {
        enumerable: true,
        get: () => {
          made.push(name)
          return { kind: 'i32', values: new Int32Array(2) }
        },
      })
    }
    const record: Column = { kind: 'record', rows: 2, keys: ['a', 'b', 'c'], fields }
    const left = withFields(record, new Set(['b'])) as Extract<Column, { kind: 'record' }>
    expect(left.fields.map(({ kind }) => kind)).to.deep.equal(['constant', 'i32', 'constant'])
    expect(made).to.deep.equal(['b'])
  })
})
