import { expect } from 'chai'
import { ann, bob, executors, WorkerStory } from './story.ts'

describe('the story of a worker with', () => {
  it('an application from its first executor to its end', () => {
    const story = new WorkerStory()
    story.connect()
    story.launch('a', [0, 1])
    story.listens('a', [0, 1])
    story.remark('More executors go to the host that is there.')
    story.launch('a', [2])
    story.says('a', { type: 'executorsReady', executorIds: executors(2) })
    story.master({
      ...{ type: 'stopExecutors', applicationId: ann, executorIds: executors(0) },
      reason: 'released',
    })
    const ended = { executorId: executors(0)[0]!, cause: 'released', message: 'released' }
    story.says('a', { type: 'executorEnded', ...ended })
    story.master({ type: 'endApplication', applicationId: ann })
    story.exits('a', 0, null)
    story.check('application')
  })

  it('launches that it must refuse', () => {
    const story = new WorkerStory({ cores: 2, memoryMiB: 512 })
    story.connect()
    story.launch('a', [0, 1, 2])
    story.launch('a', [0, 1], ann, 300)
    story.launch('a', [0])
    story.remark('The same executor for another application, and the same host.')
    story.launch('b', [0], bob)
    story.launch('a', [1], bob)
    story.remark('A host that has ended does not come to life again.')
    story.exits('a', 1, null)
    story.launch('a', [1])
    story.tell('it is to drain', { type: 'DrainRequested' })
    story.launch('c', [2])
    story.check('refusals')
    expect(story.worker.status().coresBusy).to.equal(0)
  })

  it('the same launch told twice', () => {
    const story = new WorkerStory()
    story.connect()
    story.launch('a', [0, 1])
    story.launch('a', [0, 1])
    story.listens('a', [0, 1])
    story.launch('a', [0, 1])
    story.check('twice')
    expect(story.worker.status().coresBusy).to.equal(2)
  })

  it('a host that does not go when it is told', () => {
    const story = new WorkerStory()
    story.connect()
    story.launch('a', [0])
    story.listens('a', [0])
    story.master({ type: 'endApplication', applicationId: ann })
    story.pass(5000)
    story.exits('a', null, 'SIGKILL')
    story.check('ladder')
  })

  it('a host that never listens, and an executor that never goes', () => {
    const story = new WorkerStory()
    story.connect()
    story.launch('a', [0])
    story.pass(19_500)
    story.tell('half a second more', { type: 'Swept', latenessMs: 0, residentBytes: 1 })
    story.pass(1000)
    story.exits('a', null, 'SIGTERM')
    story.launch('b', [1, 2])
    story.listens('b', [1, 2])
    story.remark('Native code holds the thread of executor 1: its host goes with it.')
    story.master({
      ...{ type: 'stopExecutors', applicationId: ann, executorIds: executors(1) },
      reason: 'released',
    })
    story.pass(4500)
    story.check('stuck')
  })

  it('a master that restarts, and one that is older than what it has seen', () => {
    const story = new WorkerStory()
    story.connect(6)
    story.launch('a', [0, 1])
    story.listens('a', [0])
    story.disconnect(1006, '')
    story.remark('What happens meanwhile is told when it registers again.')
    story.says('a', { type: 'executorsReady', executorIds: executors(1) })
    story.connect(7)
    story.disconnect(1006, '')
    story.connect(6)
    story.remark('What an old master says is not done.')
    story.launch('b', [2], bob)
    story.check('masters')
    expect(story.worker.status().coresBusy).to.equal(2)
  })

  it('a master that answers no beat', () => {
    const story = new WorkerStory()
    story.connect()
    story.pass(7000, true)
    story.check('silent-master')
  })

  it('its own death as others believed it', () => {
    const story = new WorkerStory()
    story.connect()
    story.launch('a', [0])
    story.listens('a', [0])
    story.disconnect(4410, 'declared down')
    story.remark(
      'It comes back as another; the old host counts for nobody, even before it is gone.',
    )
    story.connect()
    story.launch('b', [1], bob)
    story.exits('a', null, 'SIGKILL')
    story.check('fenced')
  })

  it('a copy that has taken its id over', () => {
    const story = new WorkerStory()
    story.connect()
    story.disconnect(4409, 'incarnation 4 has taken over')
    story.check('copied')
  })

  it('a drain while an application runs', () => {
    const story = new WorkerStory()
    story.connect()
    story.launch('a', [0])
    story.listens('a', [0])
    story.tell('it is to drain', { type: 'DrainRequested' })
    story.remark('Its executor goes, what it wrote is still needed.')
    story.master({
      ...{ type: 'stopExecutors', applicationId: ann, executorIds: executors(0) },
      reason: 'released',
    })
    story.exits('a', 0, null)
    story.master({ type: 'endApplication', applicationId: ann })
    story.check('drain')
  })

  it('its own end while hosts run', () => {
    const story = new WorkerStory()
    story.connect()
    story.launch('a', [0])
    story.listens('a', [0])
    story.tell('it is to stop', { type: 'StopRequested', reason: 'SIGTERM' })
    story.exits('a', 0, null)
    story.check('stop')
  })
})

describe('the cause of death of a host', () => {
  const causeOf = (code: number | null, signal: string | null, output = ''): string => {
    const story = new WorkerStory()
    story.connect()
    story.launch('a', [0, 1])
    story.listens('a', [0, 1])
    const event = { type: 'HostExited', hostId: 'host-a' as never, code, signal, output } as const
    const [told] = story.worker.handle(event, 0)
    if (told?.type !== 'SendToMaster' || told.message.type !== 'executorsEnded') return 'nothing'
    return `${told.message.cause}: ${told.message.message}`
  }

  it('is the memory, with the limit, where V8 says so', () => {
    const output =
      'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory'
    const expected = 'outOfMemory: it ran out of memory (limit: 2 executors of 128 MiB)'
    expect(causeOf(null, 'SIGABRT', output)).to.equal(expected)
    expect(causeOf(134, null, output)).to.equal(expected)
  })

  it('is the signal, by name', () => {
    expect(causeOf(null, 'SIGSEGV')).to.equal('signal: it was killed by SIGSEGV')
    expect(causeOf(null, 'SIGKILL')).to.match(
      /^signal: it was killed by SIGKILL, not by its worker/,
    )
    expect(causeOf(null, 'SIGABRT')).to.equal('signal: it aborted (SIGABRT)')
  })

  it('is the exit code, with its last words on one line', () => {
    expect(causeOf(7, null, 'first\nlast\u001b[31m words\n\n')).to.equal(
      'exitCode: it exited with code 7; its last words: last?[31m words',
    )
  })

  it('is what the host said itself before it ended', () => {
    const story = new WorkerStory()
    story.connect()
    story.launch('a', [0])
    story.listens('a', [0])
    story.says('a', { type: 'hostEnding', cause: 'leaseExpired', message: 'nobody renewed it' })
    story.exits('a', 0, null)
    story.check('lease-expired')
  })
})
