import { expect } from 'chai'
import { protocolOf } from '#publib/protocol'
import { v } from '#publib/schema'
import { count, list, text } from '../../../../publib/protocol/decode.ts'
import { fuzzProtocol } from '../../../support/fuzz-protocol.ts'
import { chooseSeed } from '../../../support/random.ts'

const protocol = protocolOf(
  'shop',
  v.variant('type', [
    v.strictObject({ type: v.literal('order'), items: list(text(5), 3), size: count(10) }),
    v.strictObject({
      type: v.literal('ship'),
      address: v.strictObject({ lines: list(text(9), 2) }),
    }),
  ]),
  (message, payloads) =>
    message.type === 'ship' && payloads.length !== 1 ? 'ship: one payload is expected' : undefined,
)

const ORDER = { type: 'order', items: ['a'], size: 2 }
const SHIP = { type: 'ship', address: { lines: ['here'] } }

function reasonFor(header: unknown, payloads: readonly Uint8Array[] = []): string {
  const decoded = protocol.decode(header, payloads)
  return decoded.ok ? 'ok' : decoded.reason
}

describe('a decoder', () => {
  it('gives the message where all of it is as it must be', () => {
    expect(protocol.decode(ORDER, [])).to.deep.equal({ ok: true, message: ORDER })
    expect(reasonFor(SHIP, [new Uint8Array(1)])).to.equal('ok')
  })

  const refused: readonly [string, unknown, RegExp][] = [
    ['nothing', undefined, /^a message without type/],
    ['a number', 7, /^a message without type/],
    ['a list', [], /^a message without type/],
    ['an unknown type', { type: 'x'.repeat(100) }, /^x{64}, type: /],
    ['a field too many', { ...ORDER, extra: 1 }, /^order, extra: /],
    ['a field too few', { type: 'order', items: [] }, /^order, size: /],
    ['a text that is too long', { ...ORDER, items: ['123456'] }, /^order, items\.0: /],
    [
      'a list that is too long',
      { ...ORDER, items: ['a', 'b', 'c', 'd'] },
      /^order, items: a list of at most 3/,
    ],
    ['what only looks like a list', { ...ORDER, items: { length: 1, 0: 'a' } }, /^order, items: /],
    ['a fraction', { ...ORDER, size: 1.5 }, /^order, size: /],
    ['a number below zero', { ...ORDER, size: -1 }, /^order, size: /],
    ['no number', { ...ORDER, size: null }, /^order, size: /],
    ['a number above the limit', { ...ORDER, size: 11 }, /^order, size: /],
    ['a payload too few', SHIP, /^ship: one payload is expected$/],
  ]
  for (const [name, header, reason] of refused) {
    it(`names message and field for ${name}`, () => {
      expect(reasonFor(header)).to.match(reason)
    })
  }

  it('says nothing that cannot stand in a close frame or a log', () => {
    const reason = reasonFor({ type: '\u0000\u202e\n<b>ü' })
    expect(reason).to.match(/^[\x20-\x7e]{1,123}$/)
  })

  it('gives a result even where its own check breaks', () => {
    const broken = protocolOf('x', v.unknown(), () => {
      throw new Error('bug')
    })
    expect(broken.decode(1, [])).to.deep.equal({
      ok: false,
      reason: 'the message cannot be read: Error: bug',
    })
  })

  it('is total under mutation, and the mutations reach it', function () {
    this.timeout(20_000)
    const samples = [{ message: ORDER }, { message: SHIP, payloads: [new Uint8Array(9)] }]
    const report = fuzzProtocol(protocol, samples, { count: 20_000, seed: chooseSeed() })
    expect(report.refusedFrames).to.be.greaterThan(2000)
    expect(report.refusedMessages).to.be.greaterThan(2000)
    expect(report.accepted).to.be.greaterThan(100)
  })
})

describe('the fuzzer', () => {
  it('finds a decoder that throws, and tells the seed', () => {
    const naive = {
      name: 'naive',
      decode: (header: unknown) => ({
        ok: true as const,
        message: (header as { items: string[] }).items.map(item => item.trim()),
      }),
    }
    const samples = [{ message: { items: ['a'] } }]
    expect(() => fuzzProtocol(naive, samples, { count: 1000, seed: 7 })).to.throw(
      /case \d+ of seed 7 made the naive decoder throw/,
    )
  })
})
