import { expect } from 'chai'
import { decodeFrame, decodeFrames, encodeBeat, encodeFrame, FRAME_LIMITS } from '#publib/frame'
import { mutateBytes, whole } from '../../../support/fuzz-protocol.ts'
import { chooseSeed, seeded } from '../../../support/random.ts'

const HEADER = { type: 'launchTasks', names: ['a', 'größe', '\u{1f600}'], count: 3 }

function bytesOf(size: number, start = 0): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (index + start) & 0xff)
}

describe('a frame', () => {
  it('gives back its header and payloads', () => {
    const payloads = [bytesOf(0), bytesOf(1), bytesOf(8), bytesOf(1000, 7)]
    const decoded = decodeFrame(whole(encodeFrame(HEADER, payloads)))
    expect(decoded).to.deep.equal({ ok: true, isBeat: false, header: HEADER, payloads })
  })

  it('puts every payload at a multiple of 8, wherever the message lies', () => {
    const frame = whole(encodeFrame(HEADER, [bytesOf(3), bytesOf(17)]))
    for (let shift = 0; shift < 8; shift++) {
      const slab = new Uint8Array(frame.length + 8)
      slab.set(frame, shift)
      const decoded = decodeFrame(slab.subarray(shift, shift + frame.length))
      if (!decoded.ok) throw new Error(decoded.reason)
      expect(decoded.payloads.map(payload => payload.byteOffset % 8)).to.deep.equal([0, 0])
      expect(decoded.payloads).to.deep.equal([bytesOf(3), bytesOf(17)])
    }
  })

  it('does not copy the payloads that it is made of', () => {
    const payload = bytesOf(64)
    expect(encodeFrame(HEADER, [payload])).to.include(payload)
  })

  it('follows another in one message without anything between them', () => {
    const bytes = whole([...encodeFrame(1, [bytesOf(5)]), ...encodeBeat(), ...encodeFrame('two')])
    const decoded = decodeFrames(bytes)
    if (!decoded.ok) throw new Error(decoded.reason)
    expect(decoded.frames.map(frame => frame.header)).to.deep.equal([1, undefined, 'two'])
    expect(decoded.frames.map(frame => frame.isBeat)).to.deep.equal([false, true, false])
    expect(decodeFrame(bytes)).to.deep.equal({ ok: false, reason: '3 frames where one belongs' })
  })

  it('is refused when a single bit of it is wrong', () => {
    const frame = whole(encodeFrame({ a: 1 }, [bytesOf(9)]))
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const damaged = new Uint8Array(frame)
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(decodeFrame(damaged).ok, `bit ${bit}`).to.equal(false)
    }
  })

  it('is refused when cut at any byte', () => {
    const frame = whole(encodeFrame(HEADER, [bytesOf(9)]))
    for (let size = 0; size < frame.length; size++) {
      expect(decodeFrame(frame.subarray(0, size)).ok, `${size} bytes`).to.equal(false)
    }
  })
})

describe('a hostile frame', () => {
  const LIMITS = { headerBytesMax: 100, headerDepthMax: 4, payloadCountMax: 2 }
  const refused: readonly [string, Uint8Array, RegExp][] = [
    ['nothing', new Uint8Array(0), /empty/],
    ['text', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), /no frame begins/],
    [
      'too many payloads',
      whole(encodeFrame(1, [bytesOf(1), bytesOf(1), bytesOf(1)])),
      /3 payloads/,
    ],
    ['a long header', whole(encodeFrame('x'.repeat(101))), /103 bytes is too long/],
    ['a deep header', whole(encodeFrame([[[[[1]]]]])), /deeper than 4/],
    ['brackets in a text are no depth', whole(encodeFrame('[[[[[[[["')), /^$/],
    ['a key __proto__', whole(encodeFrame(JSON.parse('{"__proto__":{"a":1}}'))), /__proto__/],
    ['the same in a list', whole(encodeFrame(JSON.parse('[{"__proto__":1}]'))), /__proto__/],
    ['a text __proto__ is no key', whole(encodeFrame(['__proto__'])), /^$/],
  ]
  for (const [name, bytes, reason] of refused) {
    it(`is judged before anything is made of it: ${name}`, () => {
      const decoded = decodeFrame(bytes, LIMITS)
      expect(decoded.ok ? '' : decoded.reason).to.match(reason)
    })
  }

  it('that claims 4 GB is refused by its length alone', () => {
    const frame = whole(encodeFrame(1, [bytesOf(8)]))
    new DataView(frame.buffer).setUint32(16, 0xffff_fff0, true)
    const decoded = decodeFrame(frame)
    expect(decoded).to.deep.equal({ ok: false, reason: 'the frame is longer than the message' })
  })

  it('never makes the decoder throw: 10,000 mutations', () => {
    const seed = chooseSeed()
    const random = seeded(seed)
    const frames = [
      whole(encodeFrame(HEADER, [bytesOf(40), bytesOf(3)])),
      whole(encodeFrame({ deep: [[[{ a: '\\" []{}' }]]] })),
      whole([...encodeFrame(1), ...encodeBeat()]),
    ]
    let accepted = 0
    for (let index = 0; index < 10_000; index++) {
      const bytes = mutateBytes(frames[index % frames.length] ?? new Uint8Array(), random)
      try {
        if (decodeFrames(bytes, FRAME_LIMITS).ok) accepted++
      } catch (error) {
        throw new Error(`case ${index} of seed ${seed}`, { cause: error })
      }
    }
    // Some still stand: their checksum was mended and the change was in a payload.
    expect(accepted, `seed ${seed}`).to.be.greaterThan(0).and.lessThan(6_000)
  })
})
