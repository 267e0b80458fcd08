import { crc32 } from 'node:zlib'
import { decodeFrame, encodeFrame } from '#publib/frame'
import type { Protocol } from '#publib/transport'
import { seeded } from './random.ts'

/** A message as it would be sent. */
export interface FuzzSample {
  readonly message: unknown
  readonly payloads?: readonly Uint8Array[]
}

/** One direction of one link: its decoder, and messages as they are really sent. */
export interface ProtocolLink {
  readonly name: string
  readonly protocol: Protocol<unknown>
  readonly samples: readonly FuzzSample[]
  /** Messages as their sender has them; default: `samples`. */
  readonly sent?: readonly FuzzSample[]
  /** How they travel; default: as JSON. */
  readonly sender?: Protocol<unknown>
}

/** Messages as the protocol of their sender has them travel. */
export function packed(
  sender: Protocol<unknown>,
  samples: readonly FuzzSample[],
): readonly FuzzSample[] {
  return samples.flatMap(sample => {
    const { header, payloads } = sender.pack?.(sample.message, sample.payloads ?? []) ?? {
      ...{ header: sample.message, payloads: sample.payloads ?? [] },
    }
    return header === sample.message ? [] : [{ message: header, payloads }]
  })
}

export interface FuzzReport {
  readonly refusedFrames: number
  readonly refusedMessages: number
  readonly accepted: number
}

const CHECKSUM_OFFSET = 12

/**
 * Throws mutated frames at a protocol. Half of them get a checksum that is right again, so that they reach the decoder.
 * Fails with the seed and the number of the case where anything throws or a prototype was touched.
 */
export function fuzzProtocol(
  protocol: Protocol<unknown>,
  samples: readonly FuzzSample[],
  options: { readonly count: number; readonly seed: number },
): FuzzReport {
  const random = seeded(options.seed)
  const report = { refusedFrames: 0, refusedMessages: 0, accepted: 0 }
  const frames = samples.map(sample => whole(encodeFrame(sample.message, sample.payloads)))
  for (let index = 0; index < options.count; index++) {
    const pick = Math.floor(random() * samples.length)
    const sample = samples[pick]
    const frame = frames[pick]
    if (sample === undefined || frame === undefined) throw new Error('no samples to mutate')
    try {
      const bytes = random() < 0.5 ? mutateBytes(frame, random) : mutateMessage(sample, random)
      count(report, protocol, bytes)
    } catch (error) {
      const about = `case ${index} of seed ${options.seed} made the ${protocol.name} decoder throw`
      throw new Error(about, { cause: error })
    }
  }
  if (({} as { polluted?: unknown }).polluted !== undefined) {
    throw new Error(`seed ${options.seed} reached Object.prototype through ${protocol.name}`)
  }
  return report
}

function count(
  report: { refusedFrames: number; refusedMessages: number; accepted: number },
  protocol: Protocol<unknown>,
  bytes: Uint8Array,
): void {
  const frame = decodeFrame(bytes)
  if (!frame.ok) {
    report.refusedFrames++
    return
  }
  const decoded = protocol.decode(frame.header, frame.payloads)
  if (decoded.ok) report.accepted++
  else report.refusedMessages++
}

/** Flips bits, overwrites, cuts or lengthens, and sometimes mends the checksum. */
export function mutateBytes(frame: Uint8Array, random: () => number): Uint8Array {
  const at = (size: number) => Math.floor(random() * size)
  let bytes = new Uint8Array(frame)
  const kind = at(5)
  if (kind === 0) bytes = bytes.slice(0, at(bytes.length))
  else if (kind === 1) bytes = new Uint8Array([...bytes, ...new Uint8Array(at(64))])
  else if (kind === 2) {
    new DataView(bytes.buffer).setUint32(
      at(Math.max(1, bytes.length - 4)),
      0xffff_ffff - at(9),
      true,
    )
  } else {
    for (let flips = 1 + at(4); flips > 0; flips--) {
      const position = at(bytes.length)
      bytes[position] = (bytes[position] ?? 0) ^ (1 << at(8))
    }
  }
  return random() < 0.5 ? mended(bytes) : bytes
}

/** Gives one place of the message a value that does not belong there. */
function mutateMessage(sample: FuzzSample, random: () => number): Uint8Array {
  const hostile = HOSTILE[Math.floor(random() * HOSTILE.length)]
  const message = withChange(sample.message, hostile, random)
  const payloads = [...(sample.payloads ?? [])]
  const last = payloads.at(-1)
  if (last !== undefined && random() < 0.3) payloads[payloads.length - 1] = flipped(last, random)
  if (random() < 0.2) payloads.pop()
  if (random() < 0.2) payloads.push(new Uint8Array(3))
  const text = JSON.stringify(message) ?? 'null'
  // JSON.parse makes an own property of this key, which no object literal can.
  return whole(encodeFrame(JSON.parse(text.replaceAll('"@proto"', '"__proto__"')), payloads))
}

function flipped(payload: Uint8Array, random: () => number): Uint8Array {
  const bytes = new Uint8Array(payload)
  for (let flips = 1 + Math.floor(random() * 8); flips > 0 && bytes.length > 0; flips--) {
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
  }
  return bytes
}

const HOSTILE: readonly unknown[] = [
  null,
  true,
  -1,
  1.5,
  1e300,
  2 ** 53,
  '',
  '../../etc/passwd',
  'x'.repeat(5000),
  '\u0000\u202e\n',
  [],
  {},
  { length: 4294967295 },
  { '@proto': { polluted: true } },
  { constructor: { prototype: { polluted: true } } },
  Array.from({ length: 200 }, () => 0),
  nested(40),
  nested(100),
]

function nested(depth: number): unknown {
  let value: unknown = 0
  for (let level = 0; level < depth; level++) value = [value]
  return value
}

function withChange(value: unknown, hostile: unknown, random: () => number): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.15) return hostile
  const entries = Object.entries(value)
  const picked = Math.floor(random() * (entries.length + 1))
  const [key, inner] = entries[picked] ?? ['@proto', undefined]
  const action = random()
  if (Array.isArray(value)) return value.map((item, index) => (index === picked ? hostile : item))
  const { [key]: _dropped, ...rest } = value as Record<string, unknown>
  if (action < 0.2) return rest
  return { ...rest, [key]: action < 0.6 ? hostile : withChange(inner, hostile, random) }
}

function mended(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 16) return bytes
  const sum = crc32(bytes.subarray(16), crc32(bytes.subarray(0, CHECKSUM_OFFSET)))
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(CHECKSUM_OFFSET, sum, true)
  return bytes
}

export function whole(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}
