import { expect } from 'chai'
import { inferType } from '../../../../publib/datasource/csv/cell-types.ts'

describe('types found from cells', () => {
  it('are the narrowest that all of them can be read as, whatever their order', () => {
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['1', '-2'], 'int'],
      [['1', '2.5'], 'double'],
      [['true', 'FALSE'], 'boolean'],
      [['2024-01-01', '2024-01-01T10:00:00Z'], 'timestamp'],
      [['1', 'true'], 'string'],
      [['1', '2024-01-01'], 'string'],
      [['true', '2024-01-01'], 'string'],
      [[], 'string'],
    ]
    for (const [texts, type] of cases) {
      expect(inferType(texts), texts.join()).to.equal(type)
      expect(inferType([...texts].reverse()), texts.join()).to.equal(type)
    }
  })
})
