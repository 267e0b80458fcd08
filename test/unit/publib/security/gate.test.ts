import { expect } from 'chai'
import type { GateRequest } from '#publib/env'
import { gate, hostNamesOf, roleToken } from '#publib/security'

const SECRET = 'the-secret-of-a-test-0123456789-abcdef'
const WORKER = roleToken(SECRET, 'worker')
const DRIVER = roleToken(SECRET, 'driver')

const authorize = gate({
  hosts: () => hostNamesOf('127.0.0.1', { configured: ['Spark.Example'] }),
  origins: () => ['http://127.0.0.1:8080'],
  credentials: () => [
    { role: 'worker', token: WORKER },
    { role: 'driver', token: DRIVER },
  ],
  rolesAt: path => (path === '/worker' ? ['worker'] : path === '/ui' ? ['driver'] : undefined),
  nowMs: () => 0,
})

interface Change {
  readonly method?: string
  readonly path?: string
  readonly [header: string]: string | readonly string[] | undefined
}

function request({ method = 'GET', path = '/worker', ...headers }: Change): GateRequest {
  const all: Record<string, string | readonly string[] | undefined> = {
    host: '127.0.0.1:7077',
    authorization: `Bearer ${WORKER}`,
    ...headers,
  }
  const entries = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, typeof value === 'string' ? [value] : value] as const],
  )
  return { method, path, headers: new Map(entries), remoteAddress: '127.0.0.1' }
}

function verdictOn(change: Change): string {
  const answer = authorize(request(change))
  return answer.kind === 'allow' ? `allow ${answer.role}` : `${answer.status} ${answer.code}`
}

/** Every row: what is different from a good request, and the answer. */
const ROWS: readonly [string, Change, string][] = [
  ['a worker', {}, 'allow worker'],
  ['a worker that calls localhost', { host: 'localhost:7077' }, 'allow worker'],
  ['a tunnel on another port', { host: '127.0.0.1:9000' }, 'allow worker'],
  ['a name that was configured', { host: 'spark.example' }, 'allow worker'],
  ['a listed page', { origin: 'http://127.0.0.1:8080' }, 'allow worker'],
  ['a page of its own', { 'sec-fetch-site': 'same-origin' }, 'allow worker'],
  ['a query', { path: '/worker?x=1' }, 'allow worker'],
  ['a rebound name', { host: 'evil.example' }, '403 host_not_allowed'],
  [
    'a rebound name and no token',
    { host: 'evil.example', authorization: undefined },
    '403 host_not_allowed',
  ],
  ['the wildcard address', { host: '0.0.0.0:7077' }, '403 host_not_allowed'],
  ['a name that begins well', { host: '127.0.0.1.evil.example' }, '403 host_not_allowed'],
  ['a name that ends well', { host: 'evil.localhost' }, '403 host_not_allowed'],
  ['user data in the Host', { host: 'a@127.0.0.1' }, '403 host_not_allowed'],
  ['no Host', { host: undefined }, '400 host_not_single'],
  ['two Hosts', { host: ['127.0.0.1', 'evil.example'] }, '400 host_not_single'],
  ['an absolute target', { path: 'http://evil/' }, '400 bad_target'],
  ['a token in the query', { path: `/worker?token=${WORKER}` }, '400 token_in_url'],
  ['a foreign page', { origin: 'https://evil.example' }, '403 origin_not_allowed'],
  ['a page of no origin', { origin: 'null' }, '403 origin_not_allowed'],
  [
    'an origin that begins well',
    { origin: 'http://127.0.0.1:8080.evil.example' },
    '403 origin_not_allowed',
  ],
  [
    'an origin that ends well',
    { origin: 'http://evil.example/127.0.0.1' },
    '403 origin_not_allowed',
  ],
  [
    'the listed page and another',
    { origin: ['http://127.0.0.1:8080', 'http://x'] },
    '403 origin_not_allowed',
  ],
  ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }, '403 cross_site'],
  ['no token', { authorization: undefined }, '401 not_authenticated'],
  ['an empty token', { authorization: 'Bearer ' }, '401 not_authenticated'],
  ['another scheme', { authorization: `Basic ${WORKER}` }, '401 not_authenticated'],
  [
    'a wrong token',
    { authorization: `Bearer ${'x'.repeat(WORKER.length)}` },
    '401 not_authenticated',
  ],
  [
    'a token cut short',
    { authorization: `Bearer ${WORKER.slice(0, -1)}` },
    '401 not_authenticated',
  ],
  ['two tokens', { authorization: [`Bearer ${WORKER}`, 'Bearer x'] }, '401 not_authenticated'],
  ['the secret itself', { authorization: `Bearer ${SECRET}` }, '401 not_authenticated'],
  ['a driver at the door of workers', { authorization: `Bearer ${DRIVER}` }, '403 wrong_role'],
  ['a worker at the door of drivers', { path: '/ui' }, '403 wrong_role'],
  ['a path that is not there', { path: '/debug' }, '404 not_found'],
  ['a path that climbs', { path: '/worker/../ui' }, '404 not_found'],
]

describe('the gate', () => {
  for (const [name, change, answer] of ROWS) {
    for (const method of ['GET', 'POST', 'DELETE']) {
      it(`answers ${answer} to ${name} (${method})`, () => {
        expect(verdictOn({ method, ...change })).to.equal(answer)
      })
    }
  }

  it('slows down who shows wrong tokens, and never who shows a right one', () => {
    let nowMs = 0
    const strict = gate({
      hosts: () => ['127.0.0.1'],
      credentials: () => [{ role: 'worker', token: WORKER }],
      nowMs: () => nowMs,
    })
    const statusOf = (change: Change) => {
      const answer = strict(request(change))
      return answer.kind === 'allow' ? 200 : answer.status
    }
    const wrong = { authorization: 'Bearer wrong' }
    const statuses = Array.from({ length: 1000 }, () => statusOf(wrong))
    expect(statuses.filter(status => status === 401)).to.have.length(100)
    expect(statuses.at(-1)).to.equal(429)
    expect(statusOf({})).to.equal(200)
    nowMs = 60_001
    expect(statusOf(wrong)).to.equal(401)
  })
})

describe('the names of a port', () => {
  it('are its address and localhost where it is bound to loopback', () => {
    expect(hostNamesOf('127.0.0.1')).to.deep.equal(['127.0.0.1', 'localhost'])
    expect(hostNamesOf('::1')).to.deep.equal(['::1', 'localhost'])
  })

  it('do not hold localhost where only the network reaches it', () => {
    expect(hostNamesOf('10.0.0.5')).to.deep.equal(['10.0.0.5'])
  })

  it('are all addresses of the machine, not the wildcard, where it is bound to all', () => {
    const names = hostNamesOf('0.0.0.0', { machineAddresses: ['10.0.0.5'], configured: ['Node-7'] })
    expect(names).to.deep.equal(['10.0.0.5', '127.0.0.1', '::1', 'localhost', 'node-7'])
  })
})
