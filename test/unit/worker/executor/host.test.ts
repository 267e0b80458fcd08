import { mkdirSync } from 'node:fs'
import { expect } from 'chai'
import { realFiles, realProcesses, realRandom, realThreads } from '#publib/env'
import { encodeStage } from '#publib/lineage'
import {
  type DriverToExecutor,
  type ExecutorToDriver,
  fromExecutorHost,
  HOST_PATHS,
  type HostToWorker,
  type StartHost,
} from '#publib/protocol'
import { decodeValue } from '#publib/serialization'
import { type Connection, connectionOver, memoryNetwork, packageVersion } from '#publib/transport'
import {
  applicationId,
  executorId,
  hostId,
  incarnation,
  jobId,
  stageId,
  taskId,
  workerId,
} from '#publib/util'
import { HostOfApplication } from '../../../../worker/executor/host.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { hostSettings } from '../../../support/host-settings.ts'
import { useTempFolder } from '../../../support/temp-folder.ts'
import { collected, mapped, numbers } from '../../publib/execution/stages.ts'

const EXECUTOR = executorId('worker-1/0')

describe('the process of an application on a worker', () => {
  const folder = useTempFolder()
  let clock: FakeClock
  let network: ReturnType<typeof memoryNetwork>
  let told: HostToWorker[]
  let host: HostOfApplication
  let exited: Promise<void>

  beforeEach(async () => {
    clock = new FakeClock()
    network = memoryNetwork({ clock })
    told = []
    for (const name of ['shuffle', 'spill']) mkdirSync(`${folder()}/${name}`)
    let exit = (): void => undefined
    exited = new Promise(resolve => {
      exit = resolve
    })
    const start: StartHost = {
      ...{ type: 'startHost', applicationId: applicationId('app-1'), applicationName: 'hello' },
      ...{ hostId: hostId('host-1'), workerId: workerId('worker-1'), incarnation: incarnation(1) },
      ...{ ticket: 'ticket', listenHost: '127.0.0.1', advertisedHost: '127.0.0.1' },
      ...{ blockPort: 7079, folder: folder(), executorIds: [EXECUTOR] },
      ...{ executorMemoryMiB: 256, hostSettings },
    }
    const env = {
      ...{ clock, random: realRandom, files: realFiles, processes: realProcesses },
      ...{ threads: realThreads, network: network.at('b') },
    }
    host = await HostOfApplication.start(env, start, {
      tell: message => told.push(message),
      write: () => undefined,
      ...{ residentBytes: () => 0, heapBytes: () => 0, cpuMs: () => 0 },
      ...{ die: () => exit(), exit: () => exit() },
    })
  })
  afterEach(async () => {
    await host.end({ cause: 'stopped', message: 'the test is over' })
    await exited
  })

  type Driver = Connection<ExecutorToDriver, DriverToExecutor>
  async function connect(path: string, token = 'ticket'): Promise<Driver> {
    const listening = told.find(message => message.type === 'hostListening')
    const port = listening?.type === 'hostListening' ? listening.port : 0
    const options = { path, token, messageBytesMax: 1 << 24, timeoutMs: 1000 }
    const connecting = network.at('b').connect({ host: '127.0.0.1', port }, options)
    connecting.catch(() => undefined)
    await clock.pass(1)
    return connectionOver(await connecting, fromExecutorHost, clock)
  }
  function attach(driver: Driver): void {
    const ids = { applicationId: applicationId('app-1'), hostId: hostId('host-1') }
    driver.send({ type: 'attach', ...ids, version: packageVersion() })
  }
  const turn = () => new Promise(resolve => setImmediate(resolve))

  it('says where it listens, and runs tasks for who shows the ticket', async () => {
    const driver = await connect(HOST_PATHS.driver)
    attach(driver)
    const lineage = mapped(numbers(3, 1), x => x + 1)
    const { bytes } = encodeStage(lineage, collected)
    const stage = { stageId: stageId(0), numPartitions: 1, kind: 'result' as const }
    driver.send({ type: 'stage', stage: { ...stage, reads: [], properties: {} } }, [bytes])
    const task = { taskId: taskId(0), stageId: stageId(0), stageAttempt: 0, jobId: jobId(0) }
    const launched = { ...task, partition: 0, attempt: 0 }
    driver.send({
      type: 'launchTasks',
      tasks: [{ task: launched, executorId: EXECUTOR, sources: [] }],
    })
    let result: unknown
    driver.onMessage = (message, payloads) => {
      if (message.type !== 'taskStatuses' || message.ended.length === 0) return
      result = decodeValue(payloads[0]!)
    }
    while (result === undefined) {
      await clock.pass(0)
      await turn()
    }
    expect(result).to.deep.equal([1, 2, 3])
    expect(told.map(message => message.type)).to.deep.equal(['hostListening', 'executorsReady'])
  })

  it('lets nobody in without the ticket', async () => {
    const refusal = await connect(HOST_PATHS.driver, 'another').catch((error: unknown) => error)
    expect(refusal).to.include({ code: 'NOT_AUTHENTICATED' })
    const nowhere = await connect('/blocks').catch((error: unknown) => error)
    expect(nowhere).to.be.instanceOf(Error)
  })

  it('talks with the driver that came last', async () => {
    const first = await connect(HOST_PATHS.driver)
    attach(first)
    let verdict = 0
    first.onClose = code => {
      verdict = code
    }
    await clock.pass(1)
    attach(await connect(HOST_PATHS.driver))
    await clock.pass(1)
    expect(verdict).to.equal(4409)
  })

  it('ends itself when the lease runs out', async () => {
    await clock.pass(15_500)
    await exited
    expect(told.at(-1)).to.include({ type: 'hostEnding', cause: 'leaseExpired' })
  })

  it('holds its lease while only the lease thread speaks, and ends when that closes, too', async () => {
    attach(await connect(HOST_PATHS.driver))
    const lease = await connect(HOST_PATHS.lease)
    for (let sequence = 0; sequence < 10; sequence++) {
      lease.send({ type: 'renewLease', sequence })
      await clock.pass(5_000)
    }
    expect(told.some(message => message.type === 'hostEnding')).to.equal(false)
    network.reset('b', 'b')
    await clock.pass(2_000)
    await exited
    expect(told.at(-1)).to.include({ type: 'hostEnding', cause: 'driverGone' })
  })

  it('tells of executors that it gives back', async () => {
    host.workerSpoke({ type: 'removeExecutors', executorIds: [EXECUTOR], reason: 'idle' })
    const ended = told.filter(message => message.type === 'executorEnded')
    expect(ended).to.deep.equal([
      { type: 'executorEnded', executorId: EXECUTOR, cause: 'released', message: 'idle' },
    ])
  })

  it('ends when its worker says so', async () => {
    host.workerSpoke({ type: 'stopHost', reason: 'the application ended' })
    await exited
    expect(told.at(-1)).to.deep.equal({
      ...{ type: 'hostEnding', cause: 'stopped', message: 'the application ended' },
    })
  })
})
