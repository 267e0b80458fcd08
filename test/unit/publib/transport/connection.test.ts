import { MessageChannel } from 'node:worker_threads'
import { expect } from 'chai'
import type { Network, Socket } from '#publib/env'
import { encodeFrame } from '#publib/frame'
import {
  backoffMs,
  type Connection,
  type ConnectionOptions,
  connectionOver,
  connectionOverPort,
  memoryNetwork,
  type Protocol,
} from '#publib/transport'
import { FakeClock } from '../../../support/fake-clock.ts'

interface Note {
  readonly note: string
}

const PROTOCOL: Protocol<Note> = {
  name: 'notes',
  decode(header) {
    const note = (header as { note?: unknown } | null)?.note
    return typeof note === 'string'
      ? { ok: true, message: { note } }
      : { ok: false, reason: 'a note is missing' }
  },
}

const ALLOW = () => ({ kind: 'allow', role: 'worker' }) as const
const DIAL = { path: '/', token: 't', messageBytesMax: 1_000_000, timeoutMs: 1000 }

/** The two ends of a socket between machines `a` (which dialled) and `b`. */
async function socketPair(clock: FakeClock, network = memoryNetwork({ clock })) {
  let accepted: Socket | undefined
  const options = { host: 'b', port: 0, messageBytesMax: 1_000_000, authorize: ALLOW }
  const onSocket = (socket: Socket) => {
    accepted = socket
  }
  const listener = await network.at('b').listen({ ...options, onSocket })
  const dialled = await soon(clock, network.at('a').connect({ ...listener.address }, DIAL))
  if (accepted === undefined) throw new Error('nobody called')
  return { dialled, accepted, network, listener }
}

async function soon<T>(clock: FakeClock, promise: Promise<T>): Promise<T> {
  await clock.pass(0)
  return promise
}

type End = Connection<Note, Note> & { readonly heard: string[]; readonly ends: unknown[] }

function end(socket: Socket, clock: FakeClock, options?: ConnectionOptions): End {
  const connection = connectionOver<Note, Note>(socket, PROTOCOL, clock, options)
  const heard: string[] = []
  const ends: unknown[] = []
  connection.onMessage = message => heard.push(message.note)
  connection.onClose = (code, reason) => ends.push([code, reason])
  return Object.assign(connection, { heard, ends })
}

async function connected(options?: ConnectionOptions) {
  const clock = new FakeClock()
  const sockets = await socketPair(clock)
  return {
    ...sockets,
    clock,
    a: end(sockets.dialled, clock, options),
    b: end(sockets.accepted, clock, options),
  }
}

describe('a connection', () => {
  it('carries messages in order, with their payloads', async () => {
    const { a, b, clock } = await connected()
    const payloads: string[] = []
    b.onMessage = ({ note }, parts) => {
      payloads.push(`${note} ${parts.map(part => Buffer.from(part).toString()).join('+')}`)
    }
    a.send({ note: '1' }, [Buffer.from('x'), Buffer.from('yz')])
    a.send({ note: '2' })
    await clock.pass(0)
    expect(payloads).to.deep.equal(['1 x+yz', '2 '])
  })

  it('puts the small messages of one turn into one message of the socket', async () => {
    const { a, b, clock, accepted } = await connected()
    let socketMessages = 0
    const pass = accepted.onMessage
    accepted.onMessage = bytes => {
      socketMessages++
      pass?.(bytes)
    }
    for (let index = 0; index < 20; index++) a.send({ note: String(index) })
    await clock.pass(0)
    expect([socketMessages, b.heard.length]).to.deep.equal([1, 20])
    for (let index = 0; index < 70; index++) a.send({ note: String(index) })
    a.send({ note: 'large' }, [new Uint8Array(100_000)])
    a.send({ note: 'last' })
    await clock.pass(0)
    expect([socketMessages, b.heard.length]).to.deep.equal([1 + 3 + 1 + 1, 92])
    expect(b.heard.slice(-2)).to.deep.equal(['large', 'last'])
  })

  it('counts what waits for the end of the turn as buffered', async () => {
    const { a } = await connected()
    a.send({ note: 'x' })
    expect(a.bufferedBytes).to.be.greaterThan(0)
  })

  it('sends what was said before its goodbye', async () => {
    const { a, b, clock } = await connected()
    a.send({ note: 'last words' })
    a.close(4410, 'fenced')
    a.send({ note: 'too late' })
    await clock.pass(0)
    expect(b.heard).to.deep.equal(['last words'])
    expect([a.ends, b.ends]).to.deep.equal([[[4410, 'fenced']], [[4410, 'fenced']]])
    expect([a.isOpen, b.isOpen]).to.deep.equal([false, false])
  })

  it('closes with 4400 on what is no frame, and hears nothing after it', async () => {
    const { b, dialled, clock } = await connected()
    dialled.send([Buffer.from('nonsense that is long enough')])
    dialled.send(encodeFrame({ note: 'after' }))
    await clock.pass(0)
    expect(b.ends).to.deep.equal([[4400, 'bad frame: no frame begins here']])
    expect(b.heard).to.deep.equal([])
  })

  it('closes with 4400 and the reason of the protocol on what is no message', async () => {
    const { b, dialled, clock } = await connected()
    dialled.send([...encodeFrame({ note: 'good' }), ...encodeFrame({ other: 1 })])
    await clock.pass(0)
    expect(b.heard).to.deep.equal(['good'])
    expect(b.ends).to.deep.equal([[4400, 'notes: a note is missing']])
  })

  it('stops in the middle of a batch when its handler closes it', async () => {
    const { a, b, clock } = await connected()
    b.onMessage = message => {
      b.heard.push(message.note)
      b.close()
    }
    a.send({ note: '1' })
    a.send({ note: '2' })
    await clock.pass(0)
    expect(b.heard).to.deep.equal(['1'])
  })

  it('leaves no timer behind', async () => {
    const { a, b, clock } = await connected()
    a.close()
    await clock.pass(0)
    expect([clock.waiting, b.isOpen]).to.deep.equal([0, false])
  })
})

describe('the liveness of a connection', () => {
  it('keeps an idle one open with beats', async () => {
    const { a, b, clock } = await connected()
    await clock.pass(60_000)
    expect([a.isOpen, b.isOpen, a.heard, b.heard]).to.deep.equal([true, true, [], []])
  })

  it('sends no beats while it sends messages', async () => {
    const { a, clock, accepted } = await connected()
    let beats = 0
    accepted.onMessage = bytes => {
      if (bytes.length === 16) beats++
    }
    for (let second = 0; second < 10; second++) {
      a.send({ note: 'x' })
      await clock.pass(1000)
    }
    expect(beats).to.equal(0)
  })

  it('drops a peer from which nothing came for 6 s', async () => {
    const { a, b, clock, network } = await connected()
    network.cut('b', 'a')
    await clock.pass(5000)
    expect(a.isOpen).to.equal(true)
    await clock.pass(3000)
    expect(a.ends).to.deep.equal([[1006, 'no sign of life for 6000 ms']])
    network.heal('b', 'a')
    await clock.pass(1)
    expect(b.isOpen).to.equal(false)
  })

  it('does not take its own pause for the silence of the peer', async () => {
    const { a, b, clock } = await connected()
    clock.freeze(30_000)
    await clock.pass(10_000)
    expect([a.isOpen, b.isOpen]).to.deep.equal([true, true])
  })

  it('never drops where leases decide', async () => {
    const { a, clock, network } = await connected({ silenceMsMax: Number.POSITIVE_INFINITY })
    network.cut('b', 'a')
    await clock.pass(100_000)
    expect(a.isOpen).to.equal(true)
  })
})

describe('a network in memory', () => {
  const refuse = { kind: 'refuse', status: 403, code: 'wrong_role', message: '' } as const
  const listenAt = (network: Network, authorize: () => typeof refuse) =>
    network.listen({
      host: 'b',
      port: 7077,
      messageBytesMax: 1000,
      authorize,
      onSocket: () => undefined,
    })

  it('has the gate of the real one', async () => {
    const clock = new FakeClock()
    const network = memoryNetwork({ clock })
    await listenAt(network.at('b'), () => refuse)
    const dial = network.at('a').connect({ host: 'b', port: 7077 }, DIAL)
    const error = dial.catch((thrown: { code: string }) => thrown.code)
    expect(await soon(clock, error)).to.equal('NOT_AUTHORIZED')
  })

  it('knows when nothing listens and when a port is taken', async () => {
    const clock = new FakeClock()
    const network = memoryNetwork({ clock })
    const dial = network.at('a').connect({ host: 'b', port: 7077 }, DIAL)
    const nobody = dial.catch((thrown: { code: string }) => thrown.code)
    expect(await soon(clock, nobody)).to.equal('MASTER_UNREACHABLE')
    await listenAt(network.at('b'), () => refuse)
    const again = listenAt(network.at('b'), () => refuse)
    expect(await again.catch((thrown: { code: string }) => thrown.code)).to.equal('EADDRINUSE')
  })

  it('keeps the order whatever the delays are', async () => {
    const clock = new FakeClock()
    const delays = [0, 50, 5, 0, 20]
    const network = memoryNetwork({ clock, delayMs: (_from, _to, size) => delays[size] ?? 0 })
    const { dialled, accepted } = await socketPair(clock, network)
    const sizes: number[] = []
    accepted.onMessage = bytes => sizes.push(bytes.length)
    for (const size of [1, 2, 3, 4]) dialled.send([new Uint8Array(size)])
    await clock.pass(100)
    expect(sizes).to.deep.equal([1, 2, 3, 4])
  })

  it('holds messages back during a cut and delivers them after it', async () => {
    const clock = new FakeClock()
    const { dialled, accepted, network } = await socketPair(clock)
    const heard: number[] = []
    accepted.onMessage = bytes => heard.push(bytes.length)
    network.cut('a', 'b')
    dialled.send([new Uint8Array(7)])
    await clock.pass(1000)
    expect(heard).to.deep.equal([])
    network.heal('a', 'b')
    await clock.pass(0)
    expect(heard).to.deep.equal([7])
  })

  it('breaks sockets at a reset and at a crash, and keeps nothing of them', async () => {
    const clock = new FakeClock()
    const first = await socketPair(clock)
    const ends: string[] = []
    first.dialled.onClose = code => ends.push(`dialled ${code}`)
    first.accepted.onClose = code => ends.push(`accepted ${code}`)
    first.network.reset('a', 'b')
    await clock.pass(0)
    expect(ends.sort()).to.deep.equal(['accepted 1006', 'dialled 1006'])
    const second = await socketPair(clock)
    second.dialled.onClose = code => ends.push(`survivor ${code}`)
    second.accepted.onClose = () => ends.push('the dead do not hear')
    second.network.crash('b')
    await clock.pass(0)
    expect(ends).to.deep.equal(['accepted 1006', 'dialled 1006', 'survivor 1006'])
    expect([first.network.openSockets, second.network.openSockets]).to.deep.equal([0, 0])
  })

  it('closes with 1009 what is larger than the endpoint takes', async () => {
    const clock = new FakeClock()
    const { dialled, accepted } = await socketPair(clock)
    const codes: number[] = []
    dialled.onClose = code => codes.push(code)
    accepted.onMessage = () => undefined
    dialled.send([new Uint8Array(1_000_001)])
    await clock.pass(0)
    expect(codes).to.deep.equal([1009])
  })
})

describe('a connection between a thread and its process', () => {
  function ports() {
    const { port1, port2 } = new MessageChannel()
    return [
      connectionOverPort<Note, Note>(port1, PROTOCOL),
      connectionOverPort<Note, unknown>(port2, PROTOCOL),
    ] as const
  }

  it('carries messages, copies payloads and shares shared memory', async () => {
    const [a, b] = ports()
    const own = Buffer.from('payload')
    const shared = new Uint8Array(new SharedArrayBuffer(4))
    const arrival = new Promise<readonly Uint8Array[]>(resolve => {
      a.onMessage = (_message, payloads) => resolve(payloads)
    })
    b.send({ note: 'x' }, [own, shared])
    const [first, second] = await arrival
    expect(Buffer.from(first ?? []).toString()).to.equal('payload')
    expect(own.toString()).to.equal('payload')
    shared[0] = 9
    expect(second?.[0]).to.equal(9)
    a.close()
  })

  it('closes with 4400 on what is no message, and both ends hear of the end', async () => {
    const [a, b] = ports()
    const other = new Promise<void>(resolve => {
      b.onClose = () => resolve()
    })
    const own = new Promise<readonly [number, string]>(resolve => {
      a.onClose = (code, reason) => resolve([code, reason])
    })
    a.onMessage = () => undefined
    b.send({ wrong: 1 })
    expect(await own).to.deep.equal([4400, 'notes: a note is missing'])
    await other
    expect(b.isOpen).to.equal(false)
  })
})

describe('the back-off', () => {
  it('doubles from 0.2 s up to 5 s, less a jitter of at most a half', () => {
    const longest = [0, 1, 2, 3, 4, 5, 50].map(failures => backoffMs(failures, 0))
    expect(longest).to.deep.equal([200, 400, 800, 1600, 3200, 5000, 5000])
    expect(backoffMs(5, 0.999)).to.be.within(2500, 2510)
  })
})
