import { crc32 } from 'node:zlib'
import { expect } from 'chai'
import { continueChecksum, encodeBatch } from '#publib/serialization'
import { fc, holdsForAll } from '../../../support/property.ts'

describe('the checksum of blocks one behind the other', () => {
  it('is that of all their bytes', () => {
    const values = fc.array(fc.oneof(fc.string(), fc.double()), { maxLength: 30 })
    holdsForAll(
      fc.tuple(fc.array(values, { maxLength: 4 }), fc.nat(), fc.uint8Array({ maxLength: 20 })),
      ([all, salt, before]) => {
        const blocks = all.map(some => encodeBatch(some, { salt }))
        const sum = blocks.reduce((sum, block) => continueChecksum(sum, block, salt), crc32(before))
        expect(sum).to.equal(crc32(Buffer.concat([before, ...blocks])))
        return true
      },
    )
  })

  it('is right for blocks of any size', () => {
    for (let size = 1; size < 300_000; size = size * 3 + 1) {
      const block = encodeBatch([new Uint8Array(size).fill(size)], { salt: 7 })
      expect(continueChecksum(5, block, 7)).to.equal(crc32(block, 5))
    }
  })
})
