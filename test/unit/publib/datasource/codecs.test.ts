import { Buffer } from 'node:buffer'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { type FileRange, readLines } from '#publib/datasource'
import { realSyncFiles } from '#publib/env'
import { emptyMetrics } from '#publib/task'
import { SeededRandom, type SimSparkError } from '#publib/util'
import {
  CompressedInput,
  type Decompressor,
} from '../../../../publib/datasource/codecs/compressed-input.ts'
import { BlockCompressor, decompressBlock } from '../../../../publib/datasource/codecs/lz4-block.ts'
import { compressorOf, decompressorOf } from '../../../../publib/datasource/codecs/make-codec.ts'
import { Xxh32 } from '../../../../publib/datasource/codecs/xxh32.ts'
import { Xxh64 } from '../../../../publib/datasource/codecs/xxh64.ts'
import { hasZstd } from '../../../../publib/datasource/codecs/zlib-codec.ts'
import { ZstdDecompressor } from '../../../../publib/datasource/codecs/zstd.ts'
import { fc, holdsForAll } from '../../../support/property.ts'
import { TestFolder } from './folder.ts'
import { packedByTools } from './packed.ts'

type Packed = Exclude<FileRange['codec'], 'none'>

const writable: readonly Packed[] = ['gzip', 'deflate', 'brotli', 'lz4', 'snappy']
const expected = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `row ${i % 40}\n`).join(''))

describe('compressed bytes', () => {
  for (const [tool, codec, base64] of packedByTools) {
    const packed = Buffer.from(base64, 'base64')

    it(`as ${tool} writes them are read, however they come`, () => {
      for (const size of [1, 7, 1000, packed.length]) {
        expect(decompress(codec as Packed, packed, size).equals(expected), `by ${size}`).to.equal(
          true,
        )
      }
    })

    it(`as ${tool} writes them may follow one another`, () => {
      const both = decompress(codec as Packed, Buffer.concat([packed, packed]), 4096)
      expect(both.equals(Buffer.concat([expected, expected]))).to.equal(true)
    })

    it(`as ${tool} writes them are refused where they break off`, () => {
      for (let cut = 0; cut < packed.length; cut += cut < 20 ? 1 : 97) {
        expect(
          () => decompress(codec as Packed, packed.subarray(0, cut), 512),
          `at ${cut}`,
        ).to.throw()
      }
      expect(() => decompress(codec as Packed, packed.subarray(0, -1), 512)).to.throw()
    })
  }

  it('with a wrong bit are refused or, where there is no checksum, never read beyond their bounds', () => {
    const random = new SeededRandom(7)
    for (const [tool, codec, base64] of packedByTools) {
      const packed = Buffer.from(base64, 'base64')
      // fzstd may go round for ever in damaged bytes.
      if (codec === 'zstd' && !hasZstd) continue
      const isChecked = !tool.includes('no checksum') && !tool.includes('block checksums')
      for (let i = 0; i < 60; i++) {
        const damaged = Buffer.from(packed)
        const at = Math.floor(random.number() * packed.length)
        damaged[at] = damaged[at]! ^ (1 << Math.floor(random.number() * 8))
        let read: Buffer | undefined
        try {
          read = decompress(codec as Packed, damaged, 4096)
        } catch {
          // As it should be.
        }
        // Some bits mean nothing: the time and the system in the head of gzip.
        const isWrong = read !== undefined && !read.equals(expected)
        if (isChecked) expect(isWrong, `${tool}, byte ${at}`).to.equal(false)
      }
    }
  })

  for (const codec of hasZstd ? ([...writable, 'zstd'] as const) : writable) {
    it(`come back as they were: ${codec}`, () => {
      const random = new SeededRandom(11)
      const noise = random.bytes(300_000)
      const words = Buffer.from(
        Array.from({ length: 60_000 }, () => Math.floor(random.number() * 300)).join(' '),
      )
      for (const content of [
        Buffer.alloc(0),
        Buffer.from('a'),
        expected,
        noise,
        words,
        Buffer.alloc(700_000),
      ]) {
        for (const piece of [1000, 1 << 20]) {
          const packed = compress(codec, content, piece)
          expect(decompress(codec, packed, 5000).equals(content), `${content.length}`).to.equal(
            true,
          )
        }
      }
    })
  }

  it('of nothing at all are no compressed file', () => {
    for (const codec of ['gzip', 'deflate', 'brotli', 'zstd', 'lz4', 'snappy', 'bzip2'] as const) {
      expect(() => decompress(codec, Buffer.alloc(0), 10), codec).to.throw()
    }
  })

  it('with something behind their end are refused, but for the zeros that pad gzip files', () => {
    const tail = Buffer.from('something else, of no codec')
    for (const [tool, codec, base64] of packedByTools) {
      const packed = Buffer.concat([Buffer.from(base64, 'base64'), tail])
      expect(() => decompress(codec as Packed, packed, 4096), tool).to.throw()
    }
    for (const codec of ['deflate', 'brotli'] as const) {
      const packed = compress(codec, expected, 1000)
      expect(() => decompress(codec, Buffer.concat([packed, tail]), 4096), codec).to.throw(
        /behind its end/,
      )
    }
    const padded = Buffer.concat([gzipSync('abc'), Buffer.alloc(600)])
    expect(decompress('gzip', padded, 100).toString()).to.equal('abc')
  })

  it('are read from the blocks of Hadoop, too', () => {
    const snappy = Buffer.from('040c61626364', 'hex')
    const blocks = [
      size(8),
      size(snappy.length),
      snappy,
      size(snappy.length),
      snappy,
      size(4),
      size(snappy.length),
      snappy,
    ]
    expect(decompress('snappy', Buffer.concat(blocks), 3).toString()).to.equal('abcdabcdabcd')
    const lz4 = new BlockCompressor().compress(expected.subarray(0, 5000))!
    const one = Buffer.concat([size(5000), size(lz4.length), lz4])
    expect(decompress('lz4', one, 100).equals(expected.subarray(0, 5000))).to.equal(true)
    expect(() => decompress('lz4', one.subarray(0, -1), 100)).to.throw(/end of file/)
  })

  it('of Zstandard are read by fzstd as by Node', () => {
    for (const [tool, codec, base64] of packedByTools) {
      if (codec !== 'zstd') continue
      const input = new CompressedInput(source(Buffer.from(base64, 'base64'), 1000))
      const read = drain(new ZstdDecompressor(input, false))
      expect(read.equals(expected), tool).to.equal(true)
    }
  })

  it('of Zstandard have the checksums of the reference, also for fzstd', () => {
    expect(new Xxh64().update(Buffer.from('')).digest()).to.equal(0xef46db3751d8e999n)
    expect(new Xxh64().update(Buffer.from('a')).digest()).to.equal(0xd24ec4f1a98c6e5bn)
    const text = Buffer.from('Nobody inspects the spammish repetition')
    expect(new Xxh64().update(text).digest()).to.equal(0xfbcea83c8a378bf1n)
    const packed = Buffer.from(packedByTools[0]![2], 'base64')
    packed[packed.length - 1]! ^= 1
    const input = new CompressedInput(source(packed, 1000))
    expect(() => drain(new ZstdDecompressor(input, false))).to.throw(/wrong checksum/)
  })
})

describe('blocks of LZ4', () => {
  it('come back as they were, whatever is in them', () => {
    const bytes = fc.array(fc.constantFrom('a', 'b', 'abc', 'aaaaaaaaaaaaaaaaaaaaaaaa', 'xyzw'), {
      maxLength: 200,
    })
    holdsForAll(bytes, pieces => {
      const content = Buffer.from(pieces.join(''))
      const block = new BlockCompressor().compress(content)
      if (block === undefined) return true
      const out = new Uint8Array(content.length)
      return decompressBlock(block, out, 0, 0) === content.length && content.equals(out)
    })
  })

  it('with any bytes in them end in an error or within their room', () => {
    holdsForAll(fc.uint8Array({ maxLength: 60 }), bytes => {
      const room = new Uint8Array(1000)
      try {
        return (
          decompressBlock(bytes, room, 100, 50) <= room.length &&
          room.subarray(0, 100).every(b => b === 0)
        )
      } catch (error) {
        return (error as Error).message === 'damaged block'
      }
    })
  })

  it('have the checksums of the reference', () => {
    const sum = (text: string): number => new Xxh32().update(Buffer.from(text)).digest()
    expect(sum('')).to.equal(0x02cc5d05)
    expect(sum('a')).to.equal(0x550d7456)
    expect(sum('Nobody inspects the spammish repetition')).to.equal(0xe2293b2f)
    const whole = new Xxh32().update(expected).digest()
    const pieces = new Xxh32()
    for (let at = 0; at < expected.length; at += 13) pieces.update(expected.subarray(at, at + 13))
    expect(pieces.digest()).to.equal(whole)
  })
})

describe('compressed files', () => {
  let folder: TestFolder
  before(() => {
    folder = new TestFolder()
  })
  after(() => folder.remove())

  it('are named with the byte where they are damaged', () => {
    for (const [tool, codec, base64] of packedByTools) {
      const packed = Buffer.from(base64, 'base64')
      const cut = packed.length - 3
      const path = folder.write('file', packed.subarray(0, cut))
      const range: FileRange = { path, start: 0, end: cut, size: cut, codec }
      const error = thrownBy(() => [
        ...readLines({ ranges: [range] }, realSyncFiles, emptyMetrics()),
      ])
      expect(error.code, tool).to.equal('CORRUPT_FILE')
      expect(error.message, tool)
        .to.contain(path)
        .and.match(/damaged before byte \d+/)
    }
  })

  it('are told by their first bytes where their names do not say so', () => {
    for (const [tool, codec, base64] of packedByTools) {
      if (codec === 'bzip2') continue
      const path = folder.write('plain.txt', Buffer.from(base64, 'base64'))
      const { size } = realSyncFiles.stat(path)!
      const range: FileRange = { path, start: 0, end: size, size, codec: 'none' }
      const error = thrownBy(() => [
        ...readLines({ ranges: [range] }, realSyncFiles, emptyMetrics()),
      ])
      expect(error.message, tool).to.contain(`codec: '${codec}'`)
    }
  })
})

function thrownBy(call: () => unknown): SimSparkError {
  try {
    call()
  } catch (error) {
    return error as SimSparkError
  }
  throw new Error('nothing was thrown')
}

function size(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function compress(codec: Packed, content: Uint8Array, piece: number): Buffer {
  const compressor = compressorOf(codec)!
  const out: Uint8Array[] = []
  for (let at = 0; at < content.length; at += piece) {
    out.push(compressor.write(content.subarray(at, at + piece)))
  }
  out.push(compressor.finish())
  compressor.close()
  return Buffer.concat(out)
}

/** Gives at most so many bytes at once. */
function source(bytes: Uint8Array, piece: number): { read(into: Uint8Array): number } {
  let at = 0
  return {
    read(into) {
      const part = bytes.subarray(at, at + Math.min(piece, into.length))
      into.set(part)
      at += part.length
      return part.length
    },
  }
}

function decompress(codec: Packed, packed: Uint8Array, piece: number): Buffer {
  return drain(decompressorOf(codec, 'file', source(packed, piece)).decompressor)
}

function drain(decompressor: Decompressor): Buffer {
  const out: Uint8Array[] = []
  try {
    for (let next = decompressor.next(); next.length > 0; next = decompressor.next()) out.push(next)
  } finally {
    decompressor.close()
  }
  return Buffer.concat(out)
}
