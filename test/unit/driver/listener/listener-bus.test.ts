import { expect } from 'chai'
import type { Clock } from '#publib/env'
import { type Logger, silentLogger } from '#publib/log'
import { ListenerBus } from '../../../../driver/listener/listener-bus.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { jobEnd, jobStart } from '../../publib/status/events.ts'

function setUp(queueMax?: number) {
  const clock = new FakeClock()
  const logged: string[] = []
  const note = (event: string): void => {
    logged.push(event)
  }
  const log: Logger = { ...silentLogger, warn: note, error: note }
  return { clock, logged, bus: new ListenerBus(clock, log, queueMax) }
}

describe('the listener bus', () => {
  it('tells each listener its own kind of event and everything, in order and later', async () => {
    const { bus, clock } = setUp()
    const heard: string[] = []
    bus.add({
      onEvent: ({ event }) => heard.push(`any ${event}`),
      onJobEnd: ({ jobId }) => heard.push(`end of ${jobId}`),
    })
    bus.post(jobStart(0, []))
    bus.post(jobEnd(0))
    expect(heard).to.deep.equal([])
    await clock.pass(1)
    expect(heard).to.deep.equal(['any jobStart', 'any jobEnd', 'end of 0'])
  })

  it('holds the process until what waits has been told: a program may wait for it, and for nothing else', () => {
    const held: unknown[] = []
    const clock = new FakeClock()
    const after: Clock['after'] = (delayMs, call, options) => {
      held.push(options?.keepAlive)
      return clock.after(delayMs, call)
    }
    const watched = { now: () => 0, wallTime: () => 0, every: clock.every.bind(clock), after }
    const bus = new ListenerBus(watched, silentLogger)
    bus.add({ onJobEnd: () => {} })
    bus.post(jobEnd(0))
    expect(held).to.deep.equal([true])
  })

  it('is not hurt by a listener that throws', async () => {
    const { bus, clock, logged } = setUp()
    const heard: string[] = []
    bus.add({
      onEvent: () => {
        throw new Error('mine')
      },
    })
    bus.add({ onEvent: ({ event }) => heard.push(event) })
    bus.post(jobEnd(0))
    await clock.pass(1)
    expect(heard).to.deep.equal(['jobEnd'])
    expect(logged).to.deep.equal(['a listener failed'])
  })

  it('is not hurt by a listener that fails later', async () => {
    const { bus, clock, logged } = setUp()
    bus.add({
      onEvent: async () => {
        await Promise.resolve()
        throw new Error('mine')
      },
    })
    bus.post(jobEnd(0))
    await clock.pass(1)
    await new Promise(resolve => setImmediate(resolve))
    expect(logged).to.deep.equal(['a listener failed'])
  })

  it('knows whether a listener is being called', async () => {
    const { bus, clock } = setUp()
    const told: boolean[] = []
    bus.add({ onEvent: () => told.push(bus.isTelling) })
    bus.post(jobEnd(0))
    await clock.pass(1)
    expect([...told, bus.isTelling]).to.deep.equal([true, false])
  })

  it('drops and counts what does not fit, and says so once', async () => {
    const { bus, clock, logged } = setUp(2)
    const heard: number[] = []
    bus.add({ onJobEnd: ({ jobId }) => heard.push(jobId) })
    for (let id = 0; id < 5; id++) bus.post(jobEnd(id))
    await clock.pass(1)
    expect(heard).to.deep.equal([0, 1])
    expect(bus.droppedCount).to.equal(3)
    expect(logged).to.have.length(1)
  })

  it('tells a removed listener nothing more, and the others all that waits when it is flushed', () => {
    const { bus } = setUp()
    const heard: string[] = []
    const gone = { onEvent: () => heard.push('gone') }
    bus.add(gone)
    bus.add({ onEvent: () => heard.push('here') })
    bus.post(jobEnd(0))
    bus.remove(gone)
    bus.flush()
    expect(heard).to.deep.equal(['here'])
  })

  it('keeps nothing while nobody listens', async () => {
    const { bus, clock } = setUp()
    bus.post(jobEnd(0))
    expect(clock.waiting).to.equal(0)
  })
})
