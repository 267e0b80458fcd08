import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect as connectTcp, createServer, type Server } from 'node:net'
import { expect } from 'chai'
import type { GateAnswer, GateRequest, Listener, ListenOptions, Socket } from '#publib/env'
import { createAuthority, createServerCertificate } from '#publib/security'
import { packageVersion, webSocketNetwork } from '#publib/transport'
import { SimSparkError } from '#publib/util'
import { subprotocolOf } from '../../../../publib/transport/version.ts'

const MIB = 1024 * 1024
const network = webSocketNetwork()
const listeners: Listener[] = []
const servers: Server[] = []

async function listen(options: Partial<ListenOptions> = {}): Promise<Listener> {
  const listener = await network.listen({
    host: '127.0.0.1',
    port: 0,
    authorize: () => ({ kind: 'allow', role: 'worker' }),
    messageBytesMax: MIB,
    onSocket: socket => {
      socket.onMessage = bytes => socket.send([bytes])
    },
    ...options,
  })
  listeners.push(listener)
  return listener
}

function dial(port: number, options: { path?: string; timeoutMs?: number; ca?: string } = {}) {
  return network.connect(
    { host: '127.0.0.1', port },
    { path: '/', token: 'token-of-a-test', messageBytesMax: MIB, timeoutMs: 2000, ...options },
  )
}

async function errorOf(promise: Promise<unknown>): Promise<SimSparkError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof SimSparkError) return error
    throw error
  }
  throw new Error('it did not fail')
}

function nextMessage(socket: Socket): Promise<Uint8Array> {
  return new Promise(resolve => {
    socket.onMessage = resolve
  })
}

function ending(socket: Socket): Promise<readonly [number, string]> {
  return new Promise(resolve => {
    socket.onClose = (code, reason) => resolve([code, reason])
    socket.onMessage ??= () => undefined
  })
}

/** Sends bytes on a bare socket, more after the first answer, and gives what came back until it was closed. */
function talk(port: number, text: string, more?: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp(port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.setEncoding('latin1').on('data', part => {
      if (answer === '' && more !== undefined) socket.write(more)
      answer += part
      // The goodbye asks for one.
      if (answer.includes('\x88')) socket.end()
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

/** A message that begins in pieces of one byte and never ends. */
function fragments(count: number): Uint8Array {
  const next = Buffer.from([0x00, 0x81, 0, 0, 0, 0, 0x61])
  return Buffer.concat([Buffer.from([0x02, 0x81, 0, 0, 0, 0, 0x61]), Buffer.alloc(7 * count, next)])
}

/** The code of the close frame at the end of what a server sent. */
function closeCodeIn(answer: string): number {
  const bytes = Buffer.from(answer, 'latin1')
  return bytes.readUInt16BE(bytes.lastIndexOf(0x88) + 2)
}

function upgradeRequest(headers: readonly string[], target = '/'): string {
  return [
    `GET ${target} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ...headers,
    '\r\n',
  ].join('\r\n')
}

async function serverThat(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

afterEach(async () => {
  await Promise.all(listeners.splice(0).map(listener => listener.close()))
  await Promise.all(servers.splice(0).map(server => new Promise(resolve => server.close(resolve))))
})

describe('a WebSocket network', () => {
  it('carries messages both ways, in order and whole', async () => {
    const { address } = await listen()
    const socket = await dial(address.port)
    const echoes: number[] = []
    const all = new Promise<void>(resolve => {
      socket.onMessage = bytes => {
        echoes.push(bytes.length)
        if (echoes.length === 4) resolve()
      }
    })
    for (const size of [1, 0, 300_000, 2]) socket.send([new Uint8Array(size)])
    await all
    expect(echoes).to.deep.equal([1, 0, 300_000, 2])
  })

  it('makes one message of several parts', async () => {
    const { address } = await listen()
    const socket = await dial(address.port)
    const echo = nextMessage(socket)
    socket.send([Buffer.from('one '), Buffer.from('mess'), Buffer.from('age')])
    expect(Buffer.from(await echo).toString()).to.equal('one message')
  })

  it('keeps what comes before anybody listens', async () => {
    const { address } = await listen({
      onSocket: socket => {
        socket.send([Buffer.from('early')])
        socket.onMessage = () => undefined
      },
    })
    const socket = await dial(address.port)
    await new Promise(resolve => setImmediate(resolve))
    expect(Buffer.from(await nextMessage(socket)).toString()).to.equal('early')
  })

  it('tells both ends the code and the reason of a goodbye, after what was sent before', async () => {
    const heard: string[] = []
    const other = new Promise<readonly [number, string]>(resolve => {
      void listen({
        onSocket: socket => {
          socket.onMessage = bytes => heard.push(Buffer.from(bytes).toString())
          socket.onClose = (code, reason) => resolve([code, reason])
        },
      }).then(async ({ address }) => {
        const socket = await dial(address.port)
        socket.send([Buffer.from('last words')])
        socket.close(4409, 'fenced')
      })
    })
    expect(await other).to.deep.equal([4409, 'fenced'])
    expect(heard).to.deep.equal(['last words'])
  })

  it('shows 1006 where a peer is gone without a goodbye', async () => {
    const { address } = await listen({ onSocket: socket => socket.terminate() })
    expect(await ending(await dial(address.port))).to.deep.equal([1006, ''])
  })

  it('cuts a reason that is too long for a goodbye', async () => {
    const { address } = await listen({ onSocket: socket => socket.close(4400, 'ü'.repeat(100)) })
    const [code, reason] = await ending(await dial(address.port))
    expect(code).to.equal(4400)
    expect(reason).to.match(/^ü{59,60}…$/)
  })

  it('closes with 1009 what is larger than the endpoint takes', async () => {
    const { address } = await listen({ messageBytesMax: 1000 })
    const socket = await dial(address.port)
    const end = ending(socket)
    socket.send([new Uint8Array(1001)])
    expect((await end)[0]).to.equal(1009)
  })

  const frames: readonly [string, Uint8Array, number][] = [
    ['text', Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x61]), 1003],
    ['text that is no UTF-8', Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0xff]), 1007],
    ['an unmasked frame', Buffer.from([0x82, 0x01, 0x61]), 1002],
    ['a frame that claims 2^63 bytes', Buffer.from('82ff8000000000000000', 'hex'), 1009],
    ['a frame that says it is compressed', Buffer.from([0xc2, 0x81, 0, 0, 0, 0, 0x61]), 1002],
    ['a ping of 126 bytes', Buffer.from('89fe007e00000000', 'hex'), 1002],
    ['a flood of pings', Buffer.alloc(6 * 200, Buffer.from('898000000000', 'hex')), 1008],
    ['fragments without an end', fragments(100), 1008],
  ]
  for (const [name, bytes, code] of frames) {
    it(`closes with ${code} on ${name}`, async () => {
      const { address } = await listen()
      const version = subprotocolOf(packageVersion())
      const handshake = upgradeRequest([`Sec-WebSocket-Protocol: ${version}`])
      expect(closeCodeIn(await talk(address.port, handshake, bytes))).to.equal(code)
    })
  }

  it('calls onDrain when a full socket has emptied', async () => {
    const { address } = await listen({ messageBytesMax: 64 * MIB })
    const socket = await dial(address.port)
    const drained = new Promise<void>(resolve => {
      socket.onDrain = resolve
    })
    socket.onMessage = () => undefined
    for (let index = 0; index < 16; index++) socket.send([new Uint8Array(MIB)])
    expect(socket.bufferedBytes).to.be.greaterThan(4 * MIB)
    await drained
    expect(socket.bufferedBytes).to.be.at.most(MIB)
  })

  it('drops a peer for which too much waits', async () => {
    const greedy = webSocketNetwork({ bufferedBytesMax: 2 * MIB })
    const ended = new Promise<readonly [number, string]>(resolve => {
      const onSocket = (socket: Socket) => {
        socket.onClose = (code, reason) => resolve([code, reason])
        for (let index = 0; index < 64; index++) socket.send([new Uint8Array(MIB)])
      }
      const authorize = () => ({ kind: 'allow', role: 'x' }) as const
      const options = { host: '127.0.0.1', port: 0, messageBytesMax: MIB, authorize, onSocket }
      void greedy.listen(options).then(async listener => {
        listeners.push(listener)
        const reader = await dial(listener.address.port)
        reader.onMessage = () => undefined
      })
    })
    expect((await ended)[0]).to.equal(4408)
  })

  it('closes its port and every socket of it', async () => {
    const listener = await listen()
    const socket = await dial(listener.address.port)
    const end = ending(socket)
    await listener.close()
    expect((await end)[0]).to.equal(1001)
    expect((await errorOf(dial(listener.address.port))).code).to.equal('MASTER_UNREACHABLE')
  })

  it('passes on the error of the system where a port is taken', async () => {
    const { address } = await listen()
    const again = listen({ port: address.port }).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code,
    )
    expect(await again).to.equal('EADDRINUSE')
  })

  it('binds what a spelling stands for, and refuses an empty host', async () => {
    expect((await listen({ host: '2130706433' })).address.host).to.equal('127.0.0.1')
    expect((await errorOf(listen({ host: '' }))).code).to.equal('INVALID_ARGUMENT')
  })

  it('speaks TLS to who trusts the authority, and to nobody else', async () => {
    const authority = await createAuthority('test', Date.now())
    const tls = await createServerCertificate(authority, ['127.0.0.1'], Date.now())
    const { address } = await listen({ tls })
    const socket = await dial(address.port, { ca: authority.cert })
    const echo = nextMessage(socket)
    socket.send([Buffer.from('safe')])
    expect(Buffer.from(await echo).toString()).to.equal('safe')
    const stranger = await createAuthority('other', Date.now())
    const error = await errorOf(dial(address.port, { ca: stranger.cert }))
    expect(error.message).to.match(/certificate is not trusted/)
    expect((await errorOf(dial(address.port))).message).to.match(/wants TLS/)
  })
})

describe('a dial that fails', () => {
  it('says that nothing listens there', async () => {
    const port = await serverThat(createServer())
    await new Promise(resolve => servers.splice(0)[0]?.close(resolve))
    const error = await errorOf(dial(port))
    expect(error.code).to.equal('MASTER_UNREACHABLE')
    expect(error.message).to.equal(
      `Cannot reach 127.0.0.1:${port}: nothing listens there (ECONNREFUSED)`,
    )
    expect(error.retryable).to.equal(true)
  })

  it('says that another web server answered', async () => {
    const port = await serverThat(createHttpServer((_request, response) => response.end('hello')))
    const error = await errorOf(dial(port))
    expect(error.code).to.equal('MASTER_UNREACHABLE')
    expect(error.message).to.match(/answered, but is not a simSpark .*HTTP 200 from another server/)
  })

  it('says that something else than a web server answered', async () => {
    const port = await serverThat(
      createServer(socket => socket.resume().end('SSH-2.0-OpenSSH_9.2\r\n')),
    )
    expect((await errorOf(dial(port))).message).to.match(/answered, but is not a simSpark/)
  })

  it('gives up in time on a peer that says nothing', async () => {
    const port = await serverThat(createServer(socket => socket.resume()))
    const error = await errorOf(dial(port, { timeoutMs: 50 }))
    expect(error.message).to.match(/no answer within 50 ms/)
  })

  const answers: readonly [number, string, string][] = [
    [401, 'not_authenticated', 'NOT_AUTHENTICATED'],
    [403, 'wrong_role', 'NOT_AUTHORIZED'],
    [429, 'too_many_failures', 'MASTER_UNREACHABLE'],
    [404, 'not_found', 'MASTER_UNREACHABLE'],
  ]
  for (const [status, code, expected] of answers) {
    it(`is ${expected} where the gate answers ${status}, and shows no token`, async () => {
      const verdict: GateAnswer = { kind: 'refuse', status, code, message: 'no' }
      const { address } = await listen({ authorize: () => verdict })
      const error = await errorOf(dial(address.port))
      expect(error.code).to.equal(expected)
      expect(error.message).to.include(code)
      expect(JSON.stringify(error)).not.to.include('token-of-a-test')
    })
  }

  it('names both versions where they differ', async () => {
    const { address } = await listen()
    const other = webSocketNetwork({ version: '0.0.1' })
    const options = { path: '/', token: 't', messageBytesMax: MIB, timeoutMs: 2000 }
    const error = await errorOf(other.connect(address, options))
    expect(error.code).to.equal('VERSION_MISMATCH')
    expect(error.message).to.match(/runs simSpark \d+\.\d+\.\d+, this is 0\.0\.1/)
  })
})

describe('a stranger at a port', () => {
  it('is judged by the gate before anything else, upgrade or not, with every header as it came', async () => {
    const seen: GateRequest[] = []
    const { address } = await listen({
      authorize: request => {
        seen.push(request)
        return {
          kind: 'refuse',
          status: 401,
          code: 'not_authenticated',
          message: 'a token is needed',
        }
      },
      onRequest: () => {
        throw new Error('not reached')
      },
      onSocket: () => {
        throw new Error('not reached')
      },
    })
    const plain = await talk(address.port, 'DELETE /x?y HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n')
    const upgrade = await talk(address.port, upgradeRequest(['__proto__: 1']))
    for (const answer of [plain, upgrade]) {
      expect(answer).to.match(/^HTTP\/1\.1 401 Unauthorized\r\n/)
      expect(answer).to.include('"not_authenticated"')
      expect(answer).not.to.match(/\d+\.\d+\.\d+/)
    }
    expect(
      seen.map(({ method, path, remoteAddress }) => [method, path, remoteAddress]),
    ).to.deep.equal([
      ['DELETE', '/x?y', '127.0.0.1'],
      ['GET', '/', '127.0.0.1'],
    ])
    expect(seen[0]?.headers.get('host')).to.deep.equal(['a', 'b'])
    expect(seen[1]?.headers.get('__proto__')).to.deep.equal(['1'])
  })

  const requests: readonly [string, string, number][] = [
    ['headers of 17 KB', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`, 431],
    ['2,000 headers', `GET / HTTP/1.1\r\nHost: a\r\n${'a:\r\n'.repeat(2000)}\r\n`, 431],
    ['what is no HTTP', 'hello there\r\n\r\n', 400],
    ['a malformed key', upgradeRequest([]).replace(/Key: .*/, 'Key: short'), 426],
    ['an unknown subprotocol', upgradeRequest(['Sec-WebSocket-Protocol: graphql-ws']), 426],
    ['a plain request where only WebSockets are served', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 426],
  ]
  for (const [name, text, status] of requests) {
    it(`gets ${status} for ${name}`, async () => {
      const { address } = await listen()
      expect(await talk(address.port, text)).to.match(new RegExp(`^HTTP/1\\.1 ${status} `))
    })
  }

  it('gets 500 from a gate that breaks, never in', async () => {
    const { address } = await listen({
      authorize: () => {
        throw new Error('bug')
      },
    })
    expect(await talk(address.port, upgradeRequest([]))).to.match(/^HTTP\/1\.1 500 /)
  })
})

describe('plain requests', () => {
  it('reach onRequest with their body, and are answered with headers that protect', async () => {
    const { address } = await listen({
      onRequest: ({ method, path, body }, role) => ({
        status: 200,
        headers: { 'content-type': 'text/plain' },
        body: `${role} ${method} ${path} ${Buffer.from(body)}`,
      }),
    })
    const response = await fetch(`http://127.0.0.1:${address.port}/a?b=1`, {
      method: 'POST',
      body: 'hello',
      headers: { connection: 'close' },
    })
    expect(await response.text()).to.equal('worker POST /a?b=1 hello')
    expect(response.headers.get('x-content-type-options')).to.equal('nosniff')
    expect(response.headers.get('access-control-allow-origin')).to.equal(null)
  })

  it('with a body above 1 MiB get 413', async () => {
    const { address } = await listen({ onRequest: () => ({ status: 200, body: '' }) })
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n'
    expect(await talk(address.port, head)).to.match(/^HTTP\/1\.1 413 /)
  })

  it('get 500 where the handler fails, without its message', async () => {
    const { address } = await listen({ onRequest: () => Promise.reject(new Error('inner detail')) })
    const answer = await talk(address.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(answer).to.match(/^HTTP\/1\.1 500 /)
    expect(answer).not.to.include('inner detail')
  })
})
