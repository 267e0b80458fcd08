import { expect } from 'chai'
import { workerId } from '#publib/util'
import { Story } from './story.ts'

function placesOf(story: Story): string[] {
  return [...story.running.values()].map(
    ({ task, executorId, locality }) => `${task.partition} on ${executorId} ${locality}`,
  )
}

describe('tasks', () => {
  it('run on the hosts that their data prefers, and elsewhere rather than wait', () => {
    const story = new Story()
    story.worker('w1', 1, 'alpha')
    story.worker('w2', 1, 'beta')
    story.submit(story.shapes.placed([['beta'], ['alpha'], ['beta'], ['gamma']]))
    expect(placesOf(story)).to.deep.equal(['1 on w1/0 NODE_LOCAL', '0 on w2/0 NODE_LOCAL'])
    story.succeed([0])
    expect(placesOf(story)).to.include('2 on w1/0 ANY')
  })

  it('follow cached partitions of a parent to the process that holds them', () => {
    const story = new Story()
    story.worker('w1', 1)
    story.worker('w2', 1)
    const source = story.shapes.source(2)
    source.about.isCached = true
    for (const [worker, partition] of [
      ['w2', 0],
      ['w1', 1],
    ] as const) {
      story.tell('cached', {
        type: 'cachedBlocksUpdated',
        hostId: `host-${worker}` as never,
        blocks: [{ rddId: source.id, partition, memoryBytes: 1, diskBytes: 0 }],
      })
    }
    story.submit(story.shapes.narrow('map', source))
    expect(placesOf(story)).to.deep.equal(['1 on w1/0 PROCESS_LOCAL', '0 on w2/0 PROCESS_LOCAL'])
  })

  it('do not return to an executor they failed on while another is free', () => {
    const story = new Story()
    story.worker('w1', 1)
    story.worker('w2', 1)
    story.submit(story.shapes.source(1))
    story.fail(0, 'bad luck')
    expect(placesOf(story)).to.deep.equal(['0 on w2/0 NO_PREF'])
    story.fail(1, 'bad luck')
    expect(placesOf(story), 'both have failed it').to.have.length(1)
  })

  it('of the older job come first', () => {
    const story = new Story()
    story.submit(story.shapes.source(2))
    story.submit(story.shapes.source(2))
    story.worker('w1', 3)
    const jobs = [...story.running.values()].map(({ task }) => `${task.jobId}/${task.partition}`)
    expect(jobs).to.deep.equal(['0/0', '0/1', '1/0'])
  })

  it('that are killed by nobody’s fault run again and do not count as failures', () => {
    const story = new Story({ failuresMax: 1 })
    story.worker('w1', 1)
    story.submit(story.shapes.source(1))
    for (let id = 0; id < 10; id++) story.end(id, { kind: 'killed', reason: 'memory was short' })
    story.succeed([10])
    expect(story.actions.at(-2)).to.include({ type: 'finishJob' })
  })

  it('are not tried for ever, even by nobody’s fault', () => {
    const story = new Story()
    story.worker('w1', 1)
    story.submit(story.shapes.source(1))
    for (let id = 0; id < 100; id++) story.end(id, { kind: 'killed', reason: 'memory was short' })
    expect(story.actions.find(({ type }) => type === 'failJob')).to.not.equal(undefined)
    expect(story.core.isEmpty).to.equal(true)
  })

  it('fail their job at once in local mode, where there is one attempt', () => {
    const story = new Story({ failuresMax: 1 })
    story.worker('w1', 2)
    story.submit(story.shapes.source(1))
    story.fail(0, 'x is bad')
    expect(story.actions.find(({ type }) => type === 'failJob')).to.not.equal(undefined)
  })

  it('do not wait behind another while an executor is free', () => {
    const story = new Story()
    story.worker('w1', 1)
    story.submit(story.shapes.source(4))
    story.succeed([0], 'same', 5)
    expect(placesOf(story), 'two lie on the one executor').to.have.length(2)
    story.worker('w2', 2)
    const moved = story.actions.filter(({ type }) => type === 'killTasks')
    expect(moved).to.have.length(1)
    expect(placesOf(story).filter(place => place.includes('w2'))).to.have.length(2)
  })

  it('lie ready by the dozen where they are short, but never more than a fair part of what waits', () => {
    const story = new Story()
    story.worker('w1', 1)
    story.worker('w2', 1)
    story.submit(story.shapes.source(200))
    const atHand = () =>
      ['w1/0', 'w2/0'].map(id => placesOf(story).filter(each => each.includes(id)).length)
    expect(atHand(), 'nobody knows how long they take').to.deep.equal([1, 1])
    story.succeed([0, 1], 'same', 0.05)
    expect(atHand()).to.deep.equal([64, 64])
    const half = [...story.running.keys()].slice(0, 60)
    story.succeed(half, 'same', 0.05)
    const [first = 0, second = 0] = atHand()
    expect(Math.max(first, second)).to.be.at.most(64)
    // One by one to the end: the last ones are for who is free first.
    for (let id = [...story.running.keys()][0]; id !== undefined; ) {
      story.succeed([id], 'same', 0.05)
      id = [...story.running.keys()][0]
    }
    expect(story.actions.at(-2)).to.include({ type: 'finishJob' })
  })

  it('of middling length have one more at hand, long ones none', () => {
    for (const [runTimeMs, count] of [
      [50, 2],
      [150, 1],
    ] as const) {
      const story = new Story()
      story.worker('w1', 1)
      story.submit(story.shapes.source(50))
      story.succeed([0], 'same', runTimeMs)
      expect(placesOf(story)).to.have.length(count)
    }
  })

  it('move from a queue to who is free, the last ones first', () => {
    const story = new Story()
    story.worker('w1', 1)
    story.submit(story.shapes.source(40))
    story.succeed([0], 'same', 0.5)
    while (story.core.tasks.load.waiting > 0) {
      story.succeed([[...story.running.keys()][0] as number], 'same', 0.5)
    }
    expect(story.running.size, 'some lie behind one').to.be.greaterThan(1)
    const last = [...story.running.keys()].at(-1)
    story.worker('w2', 1)
    const killed = story.actions.flatMap(each => (each.type === 'killTasks' ? each.taskIds : []))
    expect(killed).to.deep.equal([last])
  })

  it('of an older job do not wait behind a long one while those of a younger one get executors', () => {
    const story = new Story()
    story.worker('w1', 1)
    story.submit(story.shapes.source(8))
    story.succeed([0], 'same', 0.5)
    expect(story.core.tasks.load.waiting, 'all lie with w1/0').to.equal(0)
    story.submit(story.shapes.source(8))
    story.nowMs += 200
    story.worker('w2', 1)
    const there = [...story.running.values()].filter(each => each.executorId === 'w2/0')
    expect(there.map(({ task }) => task.jobId)).to.deep.equal([0])
  })

  it('get no place on a worker that does not answer', () => {
    const story = new Story()
    story.worker('w1', 2)
    const suspended = { type: 'workerSuspended', workerId: workerId('w1') } as const
    story.tell('silent', { ...suspended, isSuspended: true })
    story.submit(story.shapes.source(2))
    expect(placesOf(story)).to.deep.equal([])
    story.tell('back', { ...suspended, isSuspended: false })
    expect(placesOf(story)).to.have.length(2)
  })
})

describe('a stage', () => {
  it('fails its jobs when its input cannot be read in four attempts in a row', () => {
    const story = new Story()
    story.worker('w1', 1)
    story.submit(story.shapes.shuffled('reduceByKey', 1, story.shapes.source(1)))
    for (let attempt = 0; attempt < 4; attempt++) {
      story.succeed([2 * attempt])
      story.failFetch(2 * attempt + 1, 0, 0, 2 * attempt, 'w1')
    }
    const failed = story.actions.find(({ type }) => type === 'failJob')
    expect(failed).to.have.nested.include({
      'failure.kind': 'stageFailed',
      'failure.attemptCount': 4,
    })
    expect(story.core.isEmpty, story.core.describe()).to.equal(true)
  })

  it('gives up all outputs of a worker that fails to give a second one', () => {
    const story = new Story()
    story.worker('w1', 3)
    story.worker('w2', 2)
    story.submit(story.shapes.shuffled('reduceByKey', 2, story.shapes.source(3)))
    story.succeed([0, 1, 2])
    story.failFetch(3, 0, 0, 0, 'w1')
    expect(story.running.size, 'the other reducer, and one map').to.equal(2)
    story.failFetch(4, 0, 1, 1, 'w1')
    const maps = [...story.running.values()].map(({ task }) => task.partition)
    expect(maps.toSorted()).to.deep.equal([0, 1, 2])
    story.finish()
    expect(story.core.isEmpty, story.core.describe()).to.equal(true)
  })

  it('computes again what a lost cache stood in for', () => {
    const story = new Story()
    story.worker('w1', 1)
    const counts = story.shapes.shuffled('reduceByKey', 1, story.shapes.source(1))
    counts.about.isCached = true
    story.submit(counts)
    story.finish()
    story.worker('w2', 1)
    story.tell('cached', {
      type: 'cachedBlocksUpdated',
      hostId: 'host-w2' as never,
      blocks: [{ rddId: counts.id, partition: 0, memoryBytes: 1, diskBytes: 0 }],
    })
    story.loseWorker('w1')
    story.submit(counts)
    expect(placesOf(story), 'the cache is enough').to.deep.equal(['0 on w2/0 PROCESS_LOCAL'])
    const [lost] = [...story.running.keys()]
    story.failFetch(lost!, 0, 0, lost!, 'w2')
    expect([...story.running.values()].map(({ task }) => task.stageId)).to.deep.equal([2])
    story.finish()
    expect(story.core.isEmpty, story.core.describe()).to.equal(true)
  })

  it('with no partitions is complete at once', () => {
    const story = new Story()
    story.submit(story.shapes.source(0))
    story.submit(story.shapes.shuffled('reduceByKey', 0, story.shapes.source(0)))
    const ends = story.actions.filter(({ type }) => type === 'finishJob')
    expect(ends).to.have.length(2)
    expect(story.core.isEmpty).to.equal(true)
  })
})
