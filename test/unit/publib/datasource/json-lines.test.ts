import { expect } from 'chai'
import { type JsonScan, readJsonLines } from '#publib/datasource/records'
import { realSyncFiles } from '#publib/env'
import { emptyMetrics } from '#publib/task'
import { TestFolder } from './folder.ts'

const strict: JsonScan = {
  encoding: 'utf8',
  policy: { mode: 'failFast', corruptColumn: undefined, recordBytesMax: 1 << 20 },
  largeIntegers: 'number',
}

describe('JSON lines', () => {
  let folder: TestFolder
  beforeEach(() => {
    folder = new TestFolder()
  })
  afterEach(() => folder.remove())

  function read(text: string, scan: JsonScan = strict, start = 0, count = { bad: 0 }): unknown[] {
    const path = folder.write('t.jsonl', text)
    const size = Buffer.byteLength(text)
    const split = { ranges: [{ path, start, end: size, size, codec: 'none' as const }] }
    const onMalformed = (): void => {
      count.bad++
    }
    return [...readJsonLines(split, scan, realSyncFiles, emptyMetrics(), onMalformed)].flat()
  }

  it('takes one value a line, whatever it is, and leaves out empty lines', () => {
    const values = read('\ufeff{"a":1}\n\n[1,2]\r\n  \n3\n"x"\nnull\n')
    expect(values).to.deep.equal([{ a: 1 }, [1, 2], 3, 'x', null])
  })

  it('names file, line and byte of a line that is no JSON', () => {
    for (const bad of ['{"a":1,}', 'NaN', "{'a':1}", '{"a":1} x', '{"a":']) {
      expect(() => read(`1\r\n22\n${bad}\n`)).to.throw(/t\.jsonl", line 3, byte 6: not JSON/)
    }
    // Lines are counted from the start of the file, also in a range in its middle.
    expect(() => read('1\n2\n3\nx\n', strict, 3)).to.throw(/line 4, byte 6/)
  })

  it('keeps its text, or leaves it out: and counts it', () => {
    const count = { bad: 0 }
    const policy = { ...strict.policy, mode: 'permissive', corruptColumn: 'bad' } as const
    expect(read('1\nx\n', { ...strict, policy }, 0, count)).to.deep.equal([1, { bad: 'x' }])
    const dropping = { ...strict.policy, mode: 'dropMalformed' } as const
    expect(read('1\nx\n', { ...strict, policy: dropping }, 0, count)).to.deep.equal([1])
    expect(count.bad).to.equal(2)
  })

  it('gives integers that no number holds as asked', () => {
    const text =
      '{"id":9007199254740993,"s":"9007199254740993","n":-1,"e":1e30,"f":12345678901234567.5}\n'
    expect(read(text)).to.deep.equal([
      { id: 9007199254740992, s: '9007199254740993', n: -1, e: 1e30, f: 12345678901234568 },
    ])
    const [big] = read(text, { ...strict, largeIntegers: 'bigint' }) as { id: unknown }[]
    expect(big).to.deep.include({ id: 9007199254740993n, s: '9007199254740993', n: -1 })
    const [digits] = read(text, { ...strict, largeIntegers: 'string' }) as { id: unknown }[]
    expect(digits).to.deep.include({ id: '9007199254740993' })
    expect(() => read('00000000000000001\n', { ...strict, largeIntegers: 'bigint' })).to.throw()
  })

  it('takes __proto__ for a key like any other, and the last of two equal keys', () => {
    const [value] = read('{"__proto__":{"x":1},"a":1,"a":2}\n') as { a: number; x?: unknown }[]
    expect(value!.a).to.equal(2)
    expect(value!.x).to.equal(undefined)
    expect(Object.hasOwn(value!, '__proto__')).to.equal(true)
  })
})
