import { expect } from 'chai'
import type { Expression } from '#publib/recognition'
import { SparkContext } from '../../../../driver/index.ts'
import type { Step } from '../../../../publib/codegen/step.ts'
import { JsonReader } from '../../../../publib/codegen/typed/json-reader.ts'
import { jsonReadingOf } from '../../../../publib/codegen/typed/json-reading.ts'
import { valuesOf } from '../../../../publib/columnar/index.ts'

const line: Expression = { op: 'argument', index: 0 }
const parsed: Expression = { op: 'call', name: 'JSON.parse', arguments: [line] }
const field = (of: Expression, ...names: string[]): Expression =>
  names.reduce((holder, name): Expression => ({ op: 'field', of: holder, name }), of)
const step = (tag: string, result?: Expression, locals: Expression[] = []): Step => {
  const shape = result && { parameters: 1, locals, result, intrinsics: ['JSON.parse'] }
  return { tag, roots: [{ shape }] } as unknown as Step
}
const one: Expression = { op: 'literal', value: 1 }
const tuple = (...items: Expression[]): Expression => ({ op: 'tuple', items })

describe('the fields that are looked at in texts that a step parses', () => {
  const read = (...steps: Step[]): unknown => jsonReadingOf(steps, 'pairs')?.paths

  it('are those of its own function and of those behind it', () => {
    const record = step('map', parsed)
    expect(read(step('map', field(parsed, 'a', 'b')))).to.deep.equal([['a', 'b']])
    const local: Expression = { op: 'local', index: 0 }
    const both = tuple(field(local, 'a'), field(local, 'name', 'length'))
    expect(read(step('map', both, [parsed]))).to.deep.equal([['a'], ['name']])
    const kept = step('filter', field(line, 'x'))
    const pair = step('map', tuple(field(line, 'y'), one))
    expect(read(record, kept, pair)).to.deep.equal([['x'], ['y']])
    expect(read(record, step('keyBy', field(line, 'k')), step('keys'))).to.deep.equal([['k']])
    expect(read(step('filter', field(parsed, 'x')), step('opaque'))).to.deep.equal([['x']])
  })

  it('are unknown where the record goes on, or is looked at in other ways', () => {
    const record = step('map', parsed)
    expect(read(record)).to.equal(undefined)
    expect(jsonReadingOf([record], 'count')?.paths).to.deep.equal([])
    expect(read(record, step('map'))).to.equal(undefined)
    expect(read(record, step('map', tuple(line, one)))).to.equal(undefined)
    expect(read(record, step('filter', line), step('map', field(line, 'a')))).to.equal(undefined)
    const typed: Expression = { op: 'unary', operator: 'typeof', of: parsed }
    expect(read(step('map', typed))).to.equal(undefined)
    expect(read(step('map', { op: 'item', of: field(parsed, 'a'), index: 0 }))).to.equal(undefined)
    const whole = tuple(field(parsed, 'a'), field(parsed, 'a', 'b'))
    expect(read(step('map', whole))).to.equal(undefined)
    const other: Expression = { op: 'call', name: 'JSON.parse', arguments: [field(line, 'b')] }
    expect(read(step('map', tuple(field(parsed, 'a'), field(other, 'b'))))).to.equal(undefined)
  })
})

describe('columns of fields', () => {
  const read = (texts: readonly string[], paths: string[][]): unknown => {
    const bytes = new Uint8Array(Buffer.from(texts.join('')))
    const lengths = Uint32Array.from(texts, text => Buffer.byteLength(text))
    const found = new JsonReader({ isWhole: true, paths }).read({ kind: 'utf8', bytes, lengths })
    return found && valuesOf(found).map(row => (row as unknown[])[0])
  }

  it('hold values of one kind, some that are not there, and values of several kinds', () => {
    const rows = [
      { a: 1, b: 'x', c: true, o: { d: null, e: 'é' } },
      { a: -0.5, c: false, o: { d: null, e: 2 } },
      { a: 7, b: null, o: { d: null, e: false } },
    ]
    const paths = [['a'], ['b'], ['c'], ['o', 'd'], ['o', 'e']]
    const texts = rows.map(row => JSON.stringify(row))
    const expected = rows.map(({ a, b, c, o }) => ({ a, b, c, o }))
    expect(read(texts, paths)).to.deep.equal(expected)
    expect(read(['{"o":1}'], paths)).to.equal(undefined)
  })

  it('are not looked for any more where they were never found', () => {
    const reader = new JsonReader({ isWhole: true, paths: [['a']] })
    const column = (text: string) => ({
      ...{ kind: 'utf8' as const, bytes: new Uint8Array(Buffer.from(text)) },
      lengths: Uint32Array.of(text.length),
    })
    for (let i = 0; i < 8; i++) expect(reader.read(column('[]'))).to.equal(undefined)
    expect(reader.read(column('{}'))).to.equal(undefined)
  })
})

describe('a text that is no JSON', () => {
  it('fails as the function of the user fails, at its line', async () => {
    const sc = await SparkContext.getOrCreate({ master: 'local[1]', appName: 'json' })
    try {
      const texts = sc.parallelize(['{"a":1}', '{"a":2', '{"a":3}'], 1)
      const fields = texts.map(text => JSON.parse(text)).map(({ a }) => a + 1)
      const error = await fields.collect().then(
        () => undefined,
        (failed: Error) => failed.cause as Error,
      )
      expect(error?.name).to.equal('SyntaxError')
      expect(error?.stack).to.match(/json-reading\.test/)
    } finally {
      await sc.stop()
    }
  })
})
