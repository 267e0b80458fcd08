import { expect } from 'chai'
import { decodePayload, encodePayload, type Payload } from '../../../../publib/closure/wire.ts'

const payload: Payload = {
  roots: [[0], 1],
  nodes: [{ t: 'data', buffer: 1 }],
  codes: [],
  boxes: [],
  order: [],
  modules: [],
  node: 'v20.20.2',
}

describe('the wire form of a capture', () => {
  it('gives back what went in, whatever the buffers are', () => {
    const buffers = [new Uint8Array(), new Uint8Array([1, 2, 3]), new Uint8Array(1000).fill(7)]
    const decoded = decodePayload(encodePayload(payload, buffers))
    expect(decoded.payload).to.deep.equal(payload)
    expect(decoded.buffers.map(each => [...each])).to.deep.equal(buffers.map(each => [...each]))
  })

  it('aligns buffers to eight bytes from its start', () => {
    const bytes = encodePayload(payload, [new Uint8Array(3), new Uint8Array(5)])
    for (const buffer of decodePayload(bytes).buffers) {
      expect((buffer.byteOffset - bytes.byteOffset) % 8).to.equal(0)
    }
  })

  it('refuses bytes that are cut off or no capture at all', () => {
    const bytes = encodePayload(payload, [new Uint8Array(64)])
    for (const bad of [
      bytes.slice(0, 5),
      bytes.slice(0, 40),
      bytes.slice(0, -1),
      Buffer.from('x'),
    ]) {
      expect(() => decodePayload(bad))
        .to.throw()
        .with.property('code', 'CLOSURE_COMPILE_FAILED')
    }
    const damaged = Buffer.from(bytes)
    damaged.fill(0, 24, 40)
    expect(() => decodePayload(damaged)).to.throw(/damaged/)
  })
})
