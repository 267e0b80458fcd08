import { createRequire } from 'node:module'
import { deflateRawSync } from 'node:zlib'
import { expect } from 'chai'
import { type SimSparkError, SparkContext } from '../../../driver/index.ts'
import { TestFolder } from '../publib/datasource/folder.ts'

/** What writes the files that are read. */
const avsc = createRequire(import.meta.url)('avsc') as {
  Type: { forSchema(schema: unknown): { toBuffer(value: unknown): Buffer } }
}

const schema = {
  type: 'record',
  name: 'User',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'name', type: ['null', 'string'] },
    { name: 'tags', type: { type: 'array', items: 'string' } },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'raw', type: 'bytes' },
  ],
}
const record = (id: number) => ({
  ...{ id, name: id % 3 === 0 ? null : `user ${id}`, tags: ['a', String(id)] },
  ...{ at: 1.7e12 + id, raw: Buffer.from([id & 255]) },
})
const expected = (id: number) => ({
  ...record(id),
  id: BigInt(id),
  at: new Date(1.7e12 + id),
  raw: [id & 255],
})

/** A container file: `perBlock` records in each block. */
function container(count: number, perBlock: number, codec = 'null'): Buffer {
  const type = avsc.Type.forSchema(schema)
  const text = avsc.Type.forSchema('string')
  const long = avsc.Type.forSchema('long')
  const sync = Buffer.from('0123456789abcdef')
  const meta = [text.toBuffer('avro.schema'), text.toBuffer(JSON.stringify(schema))]
  const named = [text.toBuffer('avro.codec'), text.toBuffer(codec)]
  const out = [
    Buffer.from('Obj\u0001'),
    long.toBuffer(2),
    ...meta,
    ...named,
    long.toBuffer(0),
    sync,
  ]
  for (let start = 0; start < count; start += perBlock) {
    const size = Math.min(perBlock, count - start)
    const rows = Buffer.concat(
      Array.from({ length: size }, (_, i) => type.toBuffer(record(start + i))),
    )
    const block = codec === 'deflate' ? deflateRawSync(rows) : rows
    out.push(long.toBuffer(size), long.toBuffer(block.length), block, sync)
  }
  return Buffer.concat(out)
}

describe('sc.avro', function () {
  this.timeout(20_000)
  let sc: SparkContext
  let folder: TestFolder
  before(async () => {
    sc = await SparkContext.getOrCreate({ master: 'local[2]', appName: 'avro' })
    folder = new TestFolder()
  })
  after(async () => {
    await sc.stop()
    folder.remove()
  })

  interface User {
    readonly id: bigint
    readonly raw: Uint8Array
  }
  async function read(path: string, minPartitions = 2): Promise<unknown[]> {
    const rows = await sc.avro<User>(path, { minPartitions }).collect()
    return rows.map(row => ({ ...row, raw: [...row.raw] }))
  }
  async function failure(promise: Promise<unknown>): Promise<string> {
    try {
      await promise
    } catch (error) {
      return `${(error as SimSparkError).code} ${(error as SimSparkError).message}`
    }
    return 'no error'
  }

  for (const codec of ['null', 'deflate']) {
    it(`gives every record once, wherever the file is cut: ${codec}`, async () => {
      const rows = Array.from({ length: 100 }, (_, i) => expected(i))
      const path = folder.write('users.avro', container(100, 7, codec))
      for (const minPartitions of [1, 2, 3, 8, 40]) {
        expect(await read(path, minPartitions), `${minPartitions}`).to.deep.equal(rows)
      }
    })
  }

  it('gives nothing of a file without blocks', async () => {
    expect(await read(folder.write('none.avro', container(0, 1)))).to.deep.equal([])
  })

  it('names a file that is cut, damaged, of another codec or none at all', async () => {
    const good = container(50, 50)
    const damaged = Buffer.from(good)
    damaged[good.length - 1]! ^= 1
    for (const bytes of [
      good.subarray(0, 3),
      good.subarray(0, 300),
      damaged,
      Buffer.from('text'),
    ]) {
      const text = await failure(
        sc.avro(folder.write('bad.avro', bytes), { minPartitions: 1 }).count(),
      )
      expect(text).to.match(/CORRUPT_FILE.*bad\.avro.*before byte \d+/s)
    }
    const other = folder.write('bad.avro', container(3, 3, 'lzma'))
    expect(await failure(sc.avro(other).count())).to.match(/CORRUPT_FILE.*lzma/s)
  })
})
