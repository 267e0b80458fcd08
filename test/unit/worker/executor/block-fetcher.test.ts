import { expect } from 'chai'
import type { BlockRange } from '#publib/blocks'
import {
  blockServicePath,
  type FromBlockService,
  type ToBlockService,
  toBlockService,
} from '#publib/protocol'
import type { RangePart } from '#publib/storage'
import { type Connection, connectionOver, memoryNetwork } from '#publib/transport'
import { applicationId, shuffleId, taskId, workerId } from '#publib/util'
import { BlockFetcher } from '../../../../worker/executor/block-fetcher.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const APP = applicationId('app-1')
const KIB = 1024
type Link = Connection<ToBlockService, FromBlockService>

/** A block service that the test plays, on a machine of its own. */
class TestService {
  readonly requests: ToBlockService[] = []
  readonly links: Link[] = []
  onRequest: (request: ToBlockService, link: Link) => void = () => undefined
}

describe('fetching map outputs from other workers', () => {
  let clock: FakeClock
  let network: ReturnType<typeof memoryNetwork>
  let service: TestService
  let fetcher: BlockFetcher
  let parts: RangePart[]

  beforeEach(async () => {
    clock = new FakeClock()
    network = memoryNetwork({ clock })
    parts = []
    service = await serve('b')
    fetcher = new BlockFetcher(
      {
        ...{ clock, network: network.at('a') },
        random: { bytes: size => new Uint8Array(size), number: () => 0 },
      },
      {
        ...{ applicationId: APP, ticket: 'ticket', ca: undefined },
        ...{ bytesInFlightMax: 100 * KIB, retriesMax: 2 },
      },
    )
  })
  afterEach(() => fetcher.close())

  async function serve(machine: string): Promise<TestService> {
    const served = new TestService()
    await network.at(machine).listen({
      ...{ host: machine, port: 7079, messageBytesMax: 1 << 24 },
      authorize: ({ path, headers }) =>
        path === blockServicePath(APP) && headers.get('authorization')?.[0] === 'Bearer ticket'
          ? { kind: 'allow', role: 'application' }
          : { kind: 'refuse', status: 401, code: 'not_authenticated', message: 'no' },
      onSocket(socket) {
        const link = connectionOver<ToBlockService, FromBlockService>(socket, toBlockService, clock)
        served.links.push(link)
        link.onMessage = request => {
          served.requests.push(request)
          served.onRequest(request, link)
        }
      },
    })
    return served
  }

  function range(mapPartition: number, size: number, host = 'b'): BlockRange {
    const location = { workerId: workerId(`worker-${host}`), host, port: 7079 }
    const ids = { shuffleId: shuffleId(1), mapPartition, taskId: taskId(mapPartition) }
    return { ...ids, location, start: 0, end: 1, size }
  }

  /** Gives ranges whole, filled with the number of the map partition. */
  function giveAll(request: ToBlockService, link: Link, sizes: number): void {
    for (const [index, { mapPartition }] of request.ranges.entries()) {
      const bytes = new Uint8Array(sizes).fill(mapPartition)
      const { requestId } = request
      link.send({ type: 'rangePart', requestId, index, isLast: true }, [bytes])
    }
  }
  const told = () =>
    parts.map(part =>
      'error' in part ? `${part.index}: ${part.error}` : `${part.index}: ${part.bytes.length}`,
    )
  const fetch = (requests: readonly BlockRange[]) =>
    fetcher.fetch(requests, part => parts.push(part))

  it('asks for many ranges in one request and gives them by their place', async () => {
    service.onRequest = (request, link) => giveAll(request, link, 10)
    fetch([range(4, 10), range(5, 10), range(6, 10)])
    await clock.pass(1)
    expect(service.requests).to.have.length(1)
    expect(told()).to.deep.equal(['0: 10', '1: 10', '2: 10'])
    expect(parts.map(part => 'bytes' in part && part.bytes[0])).to.deep.equal([4, 5, 6])
  })

  it('asks for no more than the window, and for more as the reader consumes', async () => {
    service.onRequest = (request, link) => giveAll(request, link, 60 * KIB)
    const reading = fetch([range(0, 60 * KIB), range(1, 60 * KIB), range(2, 60 * KIB)])
    await clock.pass(1)
    expect(told()).to.have.length(1)
    reading.consumed(60 * KIB)
    await clock.pass(1)
    expect(told()).to.have.length(2)
    reading.close()
    reading.consumed(60 * KIB)
    await clock.pass(1)
    expect(service.requests).to.have.length(2)
  })

  it('asks for a range that is larger than the window alone', async () => {
    fetch([range(0, 500 * KIB), range(1, 1)])
    await clock.pass(1)
    expect(service.requests.map(request => request.ranges.length)).to.deep.equal([1])
  })

  it('goes on where it was when a connection breaks, and gives no byte twice', async () => {
    service.onRequest = (request, link) => {
      const first = new Uint8Array(6).fill(1)
      const { requestId } = request
      link.send({ type: 'rangePart', requestId, index: 0, isLast: false }, [first])
      if (service.requests.length === 1) return
      link.send({ type: 'rangePart', requestId, index: 0, isLast: true }, [new Uint8Array(4)])
    }
    fetch([range(0, 10)])
    await clock.pass(1)
    network.reset('a', 'b')
    await clock.pass(1_000)
    expect(told()).to.deep.equal(['0: 6', '0: 4'])
    expect(parts.map(part => 'isLast' in part && part.isLast)).to.deep.equal([false, true])
  })

  it('gives up after the last try, with the reason', async () => {
    fetch([range(0, 10, 'nowhere')])
    await clock.pass(60_000)
    expect(told()).to.have.length(1)
    expect(told()[0]).to.match(/^0: .*nowhere.*\(tried 3 times\)$/s)
  })

  it('does not ask again for what a service says it does not have', async () => {
    service.onRequest = ({ requestId }, link) =>
      link.send({
        type: 'rangeMissing',
        requestId,
        index: 0,
        reason: 'there is no such map output',
      })
    fetch([range(0, 10)])
    await clock.pass(60_000)
    expect(told()).to.deep.equal(['0: there is no such map output'])
    expect(service.requests).to.have.length(1)
  })

  it('leaves a service that takes requests and says nothing', async () => {
    fetch([range(0, 10)])
    await clock.pass(90_000)
    expect(told()).to.have.length(1)
    expect(told()[0]).to.match(/fewer than 65536 bytes in 10000 ms \(tried 3 times\)/)
    expect(service.links).to.have.length(3)
  })

  it('refuses more or fewer bytes than the map status says', async () => {
    service.onRequest = (request, link) => giveAll(request, link, 10)
    fetch([range(0, 9), range(1, 11), range(2, 10)])
    await clock.pass(1)
    expect(told()).to.deep.equal([
      '0: it has 10 bytes, not 9',
      '1: it has 10 bytes, not 11',
      '2: 10',
    ])
  })
})
