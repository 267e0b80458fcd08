import { expect } from 'chai'
import { type JsonField, type JsonPath, kernels, plainKernels, type Texts } from '#publib/kernels'
import { assertExactly, fc, holdsForAll } from '../../../support/property.ts'

function packed(rows: readonly string[]): Texts {
  const lengths = Uint32Array.from(rows, row => Buffer.byteLength(row))
  return { bytes: new Uint8Array(Buffer.from(rows.join(''))), starts: undefined, lengths }
}

/** With other bytes between the rows. */
function apart(rows: readonly string[]): Texts {
  const { lengths } = packed(rows)
  let end = 1
  const starts = lengths.map(length => {
    const start = end
    end += length + 1
    return start
  })
  return { bytes: new Uint8Array(Buffer.from(`"${rows.join('"')}"`)), starts, lengths }
}

function valuesOf(field: JsonField): unknown[] {
  const { bytes, starts, lengths } = field.texts
  let next = 0
  let found = 0
  const values = Array.from(field.kinds, (kind, row) => {
    const start = starts === undefined ? next : starts[row]!
    next += lengths[row]!
    found |= 1 << kind
    if (kind !== 5) expect(lengths[row]).to.equal(0)
    const text = Buffer.from(bytes).toString('utf8', start, start + lengths[row]!)
    return [undefined, null, false, true, field.numbers[row], text][kind]
  })
  expect(field.found).to.equal(found)
  return values
}

const one: readonly JsonPath[] = [['a']]

for (const [name, some] of Object.entries({ plain: plainKernels, wasm: kernels() })) {
  describe(`fields of JSON by ${name} kernels`, () => {
    const read = (rows: readonly string[], paths = one): unknown[][] | undefined =>
      some.jsonFields(packed(rows), paths)?.map(valuesOf)

    it('are of every kind, wherever they stand', () => {
      const rows = ['{"a":1}', ' { "b" : [{}] , "a" : "x" } ', '{"b":{"a":7},"a":null}\t', '{}']
      expect(read(rows)).to.deep.equal([[1, 'x', null, undefined]])
      expect(read(['{"a":true,"b":-1.5e3}', '{"b":"","a":false}'], [['a'], ['b']])).to.deep.equal([
        [true, false],
        [-1500, ''],
      ])
      expect(read(['{"__proto__":{"a":1},"x":1}'])).to.deep.equal([[undefined]])
      expect(read([], [['a'], ['b']])).to.deep.equal([[], []])
    })

    it('are the last ones of their name', () => {
      expect(read(['{"a":1,"a":"x","a":true}', '{"a":"x","a":2}'])).to.deep.equal([[true, 2]])
    })

    it('stand in objects within objects', () => {
      const paths = [['a', 'b'], ['c'], ['a', 'd', 'e']]
      const rows = [
        '{"c":"é","a":{"d":{"e":5,"f":[]},"b":1}}',
        '{"a":{"b":"\\u00e9","d":{}},"c":2}',
      ]
      expect(read(rows, paths)).to.deep.equal([
        [1, 'é'],
        ['é', 2],
        [5, undefined],
      ])
      for (const text of ['{"c":1}', '{"a":null}', '{"a":[]}', '{"a":{"d":1}}', '{"a":{"b":1}}']) {
        expect(read([text], paths), text).to.equal(undefined)
      }
    })

    it('are numbers as the language reads them', () => {
      const texts = [
        '-0',
        '0.1',
        '1e400',
        '9007199254740993',
        '123456789012345678901234',
        '-0.0',
      ].concat('0.30000000000000004', '5e-324', '1E+2', '0.000001', '99999999999999999999')
      const given = texts.map(text => `{"a":${text}}`)
      assertExactly(read(given), [texts.map(Number)])
    })

    it('are asked of the language where a text is no object, or not JSON at all', () => {
      const bad = [
        '',
        ' ',
        '[]',
        'null',
        '1',
        '"a"',
        '{',
        '{"a"}',
        '{"a":}',
        '{"a":1,}',
        '{,}',
        '{"a":01}',
      ]
        .concat('{"a":1}}', '{"a":1} x', '{"a":.5}', '{"a":1.}', '{"a":+1}', '{"a":tru}', '{a:1}')
        .concat('{"a":"\n"}', '{"a":"\\x"}', '{"a":"\\u12g4"}', '{"a":"x}', "{'a':1}", '{"a":1e}')
        .concat(
          '{"a":nul}',
          '{"a":[1,]}',
          '{"b":[1',
          '\ufeff{"a":1}',
          '{"a":NaN}',
          '{"a" 1}',
          '{"b":{"c" 1}}',
        )
        .concat(
          '{"a":\u00a01}',
          '{"a":-}',
          '{"a":1',
          '{"a":{"b":1}}',
          '{"a":[]}',
          '{"a":"\\ud800"}',
        )
        .concat('{"b":falsy}', '{"b":[1 2]}', '{"b":{,}}', '{"b":{"c":1,}}')
      for (const text of bad) {
        expect(read([text]), text).to.equal(undefined)
        expect(read(['{"a":1}', text, '{"a":"\\ud83d\\ude00"}']), text).to.equal(undefined)
      }
    })
  })
}

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('a', 'b', '__proto__', '\ud800', '"', '\\', '\u0000', '😀'),
)
const { document } = fc.letrec(tie => ({
  leaf: fc.oneof(
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  ),
  value: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    tie('leaf'),
    tie('document'),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
  document: fc.dictionary(fc.oneof(fc.constantFrom('a', 'b', 'c', 'd'), text), tie('value'), {
    maxKeys: 6,
  }),
}))
const spaced = fc.tuple(document, fc.constantFrom(0, 1, '\t', '\r\n ')).map(([value, space]) => {
  return JSON.stringify(value, undefined, space as string)
})
/** Almost right. */
const bent = fc
  .tuple(spaced, fc.nat(), fc.constantFrom('', '"', '\\', '{', '}', ',', ' ', '0', '-', '\\u0061'))
  .map(([json, at, sign]) => {
    const place = at % (json.length + 1)
    return json.slice(0, place) + sign + json.slice(place + 1)
  })

describe('fields of JSON', () => {
  it('are the same by both kernels, for any texts, or left to the language', () => {
    const path = fc.constantFrom<readonly JsonPath[]>(
      [['a']],
      [['a'], ['b']],
      [['c', 'a'], ['b']],
      [
        ['c', 'a', 'b'],
        ['c', 'd'],
      ],
      [],
    )
    holdsForAll(
      fc.tuple(fc.array(fc.oneof(spaced, spaced, bent), { maxLength: 5 }), path),
      ([rows, paths]) => {
        for (const texts of [packed(rows), apart(rows)]) {
          const found = kernels().jsonFields(texts, paths)
          if (found === undefined) continue
          const expected = plainKernels.jsonFields(texts, paths)
          assertExactly(found.map(valuesOf), expected?.map(valuesOf))
        }
        return undefined
      },
      600,
    )
  })

  it('are found by kernels in usual texts', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    )
    const usual = fc.record(
      { id: fc.nat(), a: leaf, tags: fc.array(leaf, { maxLength: 3 }), b: fc.record({ c: leaf }) },
      { requiredKeys: ['b'] },
    )
    holdsForAll(fc.array(usual, { maxLength: 20 }), rows => {
      const texts = packed(rows.map(row => JSON.stringify(row)))
      const found = kernels()
        .jsonFields(texts, [['a'], ['b', 'c']])
        ?.map(valuesOf)
      const back = rows.map(row => JSON.parse(JSON.stringify(row)))
      assertExactly(found, [back.map(row => row.a), back.map(row => row.b.c)])
      return undefined
    })
  })
})
