import { expect } from 'chai'
import { encodeIndexFile, mapOutputDataName, mapOutputIndexName } from '#publib/blocks'
import {
  blockServicePath,
  type FromBlockService,
  fromBlockService,
  type MapOutputRange,
  type ToBlockService,
} from '#publib/protocol'
import { applicationTicket, type Exposure } from '#publib/security'
import { type Connection, connectionOver, memoryNetwork } from '#publib/transport'
import { applicationId, shuffleId, taskId } from '#publib/util'
import { BlockService } from '../../../../worker/block-service/block-service.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { MemoryFiles } from '../../../support/memory-files.ts'

const SECRET = 'a secret of a test cluster, forty characters'
const APP = applicationId('app-ann')
const OUTPUT = { shuffleId: shuffleId(1), mapPartition: 2, taskId: taskId(3) }
const EXPOSURE: Exposure = {
  ...{ allowedHosts: [], allowedOrigins: [], hasSecret: true, plaintextNetworkIsTrusted: true },
}
/** Three reducers: 5 bytes, none, and more than a part. */
const SIZES = [5, 0, 1_200_000]

describe('the block service', () => {
  let clock: FakeClock
  let memory: MemoryFiles
  let network: ReturnType<typeof memoryNetwork>
  let service: BlockService
  const data = new Uint8Array(SIZES.reduce((a, b) => a + b)).map((_, i) => i % 251)
  const folder = `/apps/${APP}/shuffle`

  beforeEach(async () => {
    clock = new FakeClock()
    memory = new MemoryFiles()
    network = memoryNetwork({ clock })
    const offsets = Float64Array.of(0, 5, 5, data.length)
    const index = encodeIndexFile({ ...OUTPUT, offsets, checksums: new Uint32Array(3) })
    memory.disk.set(`${folder}/${mapOutputDataName(OUTPUT)}`, data)
    memory.disk.set(`${folder}/${mapOutputIndexName(OUTPUT)}`, index)
    service = await BlockService.start(
      { clock, files: memory.files, network: network.at('w1') },
      {
        ...{ host: 'w1', port: 0, exposure: EXPOSURE, root: '/apps' },
        secrets: { current: SECRET, accepted: [SECRET] },
      },
    )
  })

  async function connect(ticketOf = APP, pathOf = APP) {
    const promise = network.at('w2').connect(
      { host: 'w1', port: service.port },
      {
        ...{ path: blockServicePath(pathOf), token: applicationTicket(SECRET, ticketOf) },
        ...{ messageBytesMax: 1 << 24, timeoutMs: 1000 },
      },
    )
    promise.catch(() => undefined)
    await clock.pass(10)
    return promise
  }

  async function open() {
    const link: Connection<FromBlockService, ToBlockService> = connectionOver(
      await connect(),
      fromBlockService,
      clock,
    )
    const parts = new Map<number, Uint8Array[]>()
    const messages: FromBlockService[] = []
    let closed: number | undefined
    link.onMessage = (message, [payload]) => {
      messages.push(message)
      if (payload === undefined) return
      parts.set(message.index, [...(parts.get(message.index) ?? []), new Uint8Array(payload)])
    }
    link.onClose = code => {
      closed = code
    }
    const ask = async (ranges: readonly MapOutputRange[], application = APP) => {
      link.send({ type: 'fetchRanges', requestId: 1, applicationId: application, ranges })
      await clock.pass(50)
    }
    return { ask, messages, parts, closed: () => closed }
  }

  it('gives the bytes of ranges, large ones in parts, empty ones as nothing', async () => {
    const { ask, messages, parts } = await open()
    await ask([
      { ...OUTPUT, start: 0, end: 1 },
      { ...OUTPUT, start: 1, end: 2 },
      { ...OUTPUT, start: 0, end: 3 },
    ])
    const bytes = (index: number): Buffer => Buffer.concat(parts.get(index) ?? [])
    expect(bytes(0).equals(data.subarray(0, 5))).to.equal(true)
    expect(bytes(1).length).to.equal(0)
    expect(bytes(2).equals(data)).to.equal(true)
    expect(parts.get(2)?.length).to.equal(3)
    expect(parts.get(2)?.every(part => part.length <= 1 << 20)).to.equal(true)
    const lasts = messages.filter(message => message.type === 'rangePart' && message.isLast)
    expect(lasts.map(({ index }) => index)).to.deep.equal([0, 1, 2])
  })

  it('names what is missing: another attempt, another shuffle, a reducer too many', async () => {
    const { ask, messages } = await open()
    await ask([
      { ...OUTPUT, taskId: taskId(4), start: 0, end: 1 },
      { ...OUTPUT, shuffleId: shuffleId(9), start: 0, end: 1 },
      { ...OUTPUT, start: 2, end: 4 },
    ])
    expect(messages.map(({ type, index }) => `${type} ${index}`)).to.deep.equal([
      'rangeMissing 0',
      'rangeMissing 1',
      'rangeMissing 2',
    ])
  })

  it('gives nothing of a data file that was cut, and sets its index aside', async () => {
    memory.disk.set(`${folder}/${mapOutputDataName(OUTPUT)}`, data.slice(0, -1))
    const { ask, messages } = await open()
    await ask([{ ...OUTPUT, start: 0, end: 1 }])
    expect(messages[0]?.type).to.equal('rangeMissing')
    const left = [...memory.disk.keys()].filter(path => path.includes('index'))
    expect(left).to.deep.equal([`${folder}/${mapOutputIndexName(OUTPUT)}.corrupt`])
  })

  it('gives nothing of a damaged index, or of one that belongs to another output', async () => {
    const path = `${folder}/${mapOutputIndexName(OUTPUT)}`
    const index = memory.disk.get(path)!
    const { ask, messages } = await open()
    memory.disk.set(path, new Uint8Array(index).fill(7, 40, 41))
    await ask([{ ...OUTPUT, start: 0, end: 1 }])
    const other = { ...OUTPUT, taskId: taskId(8) }
    memory.disk.set(`${folder}/${mapOutputIndexName(other)}`, index)
    memory.disk.set(`${folder}/${mapOutputDataName(other)}`, data)
    await ask([{ ...other, start: 0, end: 1 }])
    expect(messages.map(({ type }) => type)).to.deep.equal(['rangeMissing', 'rangeMissing'])
  })

  it('ends a range as missing whose file is deleted while it is read', async () => {
    const { ask, messages } = await open()
    await ask([{ ...OUTPUT, start: 0, end: 1 }])
    memory.disk.delete(`${folder}/${mapOutputDataName(OUTPUT)}`)
    await ask([{ ...OUTPUT, start: 2, end: 3 }])
    expect(messages.map(({ type }) => type)).to.deep.equal(['rangePart', 'rangeMissing'])
  })

  it('lets nobody in with the ticket of another application', async () => {
    const error = await connect(applicationId('app-bob'), APP).catch(cause => cause)
    expect(error.code).to.equal('NOT_AUTHENTICATED')
  })

  it('closes with 4403 on who asks for another application than its own', async () => {
    const { ask, closed } = await open()
    await ask([{ ...OUTPUT, start: 0, end: 1 }], applicationId('app-bob'))
    expect(closed()).to.equal(4403)
  })

  it('knows no other path', async () => {
    for (const path of ['/', '/blocks/', '/blocks/../x', '/blocks/con', '/debug', '/env']) {
      const token = applicationTicket(SECRET, APP)
      const dialled = network
        .at('w2')
        .connect(
          { host: 'w1', port: service.port },
          { path, token, messageBytesMax: 1000, timeoutMs: 1000 },
        )
      const error = dialled.then(
        () => undefined,
        cause => cause,
      )
      await clock.pass(10)
      expect((await error)?.code, path).to.equal('NOT_AUTHENTICATED')
    }
  })
})
