import { expect } from 'chai'
import { executorId, workerId } from '#publib/util'
import { Story } from './story.ts'

/** Words of four files, counted in two partitions. */
function wordCount(story: Story, maps = 4, reducers = 2) {
  const { shapes } = story
  const pairs = shapes.narrow('map', shapes.source(maps, 'textFile'))
  return shapes.shuffled('reduceByKey', reducers, pairs)
}

function expectEmpty(story: Story): void {
  expect(story.core.isEmpty, story.core.describe()).to.equal(true)
}

describe('the story of', () => {
  it('a word count in two stages', () => {
    const story = new Story()
    story.worker('w1', 2)
    story.worker('w2', 2)
    story.submit(wordCount(story))
    story.succeed([0, 1])
    story.succeed([2])
    story.succeed([3])
    story.succeed([4])
    story.succeed([5])
    story.check('word-count')
    expectEmpty(story)
  })

  it('a second action that finds the map outputs of the first', () => {
    const story = new Story()
    story.worker('w1', 4)
    const counts = wordCount(story)
    story.submit(counts)
    story.succeed([0, 1, 2, 3])
    story.succeed([4, 5])
    story.remark('The second job skips the map stage.')
    story.submit(counts, { partitions: [1] })
    story.succeed([6])
    story.remark('Nobody holds the RDD any more.')
    story.tell('shuffle 0 is dropped', { type: 'shufflesDropped', shuffleIds: [0 as never] })
    story.check('skipped-stage')
    expectEmpty(story)
  })

  it('a fetch that fails in the middle of the reduce', () => {
    const story = new Story()
    story.worker('w1', 2)
    story.worker('w2', 2)
    story.submit(wordCount(story, 4, 6))
    story.succeed([0, 1, 2, 3])
    story.succeed([4])
    story.remark(
      'Task 5 cannot read what task 2 wrote: only that map runs again, and no more reducers start.',
    )
    story.failFetch(5, 0, 2, 2, 'w2')
    story.remark('Others that run may end well: they had read it before.')
    story.succeed([6])
    story.succeed([9])
    story.succeed([7, 8])
    story.succeed([10, 11])
    story.check('fetch-failure')
    expectEmpty(story)
  })

  it('a worker that is lost under three stages', () => {
    const story = new Story()
    story.worker('w1', 2)
    story.worker('w2', 2)
    const { shapes } = story
    const counts = shapes.shuffled('reduceByKey', 4, shapes.source(4, 'textFile'))
    story.submit(shapes.shuffled('sortByKey', 2, counts))
    story.succeed([0, 1, 2, 3])
    story.succeed([4, 5])
    story.remark('Half of both shuffles is gone, and the tasks that ran on the worker with it.')
    story.loseWorker('w2')
    story.finish()
    story.check('worker-lost')
    expectEmpty(story)
  })

  it('a task that fails four times', () => {
    const story = new Story()
    story.worker('w1', 1)
    story.worker('w2', 1)
    story.submit(story.shapes.source(2))
    story.fail(0, 'x is undefined')
    story.remark(
      'Task 1 holds the other executor, so the retry runs where it failed; once both are free it moves.',
    )
    story.succeed([1])
    story.fail(2, 'x is undefined')
    story.fail(3, 'x is undefined')
    story.fail(4, 'x is undefined')
    story.check('four-failures')
    expectEmpty(story)
  })

  it('a failure that cannot change', () => {
    const story = new Story()
    story.worker('w1', 2)
    story.submit(story.shapes.source(3))
    story.fail(0, 'the closure does not compile', false)
    story.end(1, { kind: 'killed', reason: 'the stage has failed' })
    story.check('not-retryable')
    expectEmpty(story)
  })

  it('jobs cancelled by group, by tag, and all', () => {
    const story = new Story()
    story.worker('w1', 2)
    const source = story.shapes.source(1)
    story.submit(source, { groupId: 'etl' })
    story.submit(source, { tags: ['hourly', 'cheap'] })
    story.submit(source)
    const cancel = (which: object, reason: string) =>
      story.tell(`cancel ${JSON.stringify(which)}`, {
        type: 'jobsCancelled',
        which: which as never,
        reason,
      })
    cancel({ kind: 'group', groupId: 'etl' }, 'the user left')
    story.remark('The executor is free only when the task has ended; then the third job starts.')
    story.end(0, { kind: 'killed', reason: 'the job was cancelled' })
    cancel({ kind: 'tag', tag: 'cheap' }, 'too dear')
    cancel({ kind: 'all' }, 'the day is over')
    story.end(1, { kind: 'killed', reason: 'the job was cancelled' })
    story.end(2, { kind: 'killed', reason: 'the job was cancelled' })
    story.check('cancel')
    expectEmpty(story)
  })

  it('a stage that is cancelled, and a group that is for good', () => {
    const story = new Story()
    story.worker('w1', 2)
    const { shapes } = story
    const shuffle = shapes.shuffle(shapes.source(2, 'textFile'))
    story.submit(shapes.reads('reduceByKey', 1, shuffle))
    story.submit(shapes.reads('groupByKey', 1, shuffle))
    const cancel = (which: object, reason: string) =>
      story.tell(`cancel ${JSON.stringify(which)}`, {
        type: 'jobsCancelled',
        which: which as never,
        reason,
      })
    story.remark('Stage 0 writes the shuffle that both jobs read.')
    cancel({ kind: 'stage', stageId: 0 }, 'too slow')
    story.end(0, { kind: 'killed', reason: 'too slow' })
    story.end(1, { kind: 'killed', reason: 'too slow' })
    cancel({ kind: 'group', groupId: 'etl', isLasting: true }, 'no more of this')
    story.remark('Its jobs fail as they come; those of others do not.')
    story.submit(shapes.source(1), { groupId: 'etl' })
    story.submit(shapes.source(1), { groupId: 'other' })
    story.succeed([2])
    story.check('cancel-stage-and-group')
    expectEmpty(story)
  })

  it('an attempt that the user kills, and a job whose tasks are only told of their end', () => {
    const story = new Story()
    story.worker('w1', 1)
    const kill = (id: number, isGentle: boolean) =>
      story.tell(`the user kills task ${id}${isGentle ? ' gently' : ''}`, {
        type: 'attemptKilled',
        ...{ taskId: id as never, isGentle, reason: 'it looks odd' },
      })
    story.submit(story.shapes.source(1), { isGentle: true })
    kill(0, true)
    story.remark('It does not heed that: now it is ended, once, and tried again.')
    kill(0, false)
    story.end(0, { kind: 'killed', reason: 'it looks odd' })
    kill(0, false)
    story.tell('cancel all', {
      type: 'jobsCancelled',
      which: { kind: 'all' },
      reason: 'enough',
    })
    story.succeed([1])
    story.check('kill-attempt')
    expectEmpty(story)
  })

  it('two jobs that share a shuffle', () => {
    const story = new Story()
    story.worker('w1', 2)
    const { shapes } = story
    const shuffle = shapes.shuffle(shapes.source(2, 'textFile'))
    story.submit(shapes.reads('reduceByKey', 1, shuffle))
    story.submit(shapes.reads('groupByKey', 1, shuffle))
    story.remark('The first job goes; its map stage stays for the second.')
    story.tell('cancel job 0', {
      type: 'jobsCancelled',
      which: { kind: 'job', jobId: 0 as never },
      reason: 'not needed',
    })
    story.succeed([0, 1])
    story.succeed([2])
    story.check('shared-shuffle')
    expectEmpty(story)
  })

  it('a task that kills executors', () => {
    const story = new Story()
    for (const id of ['w1', 'w2', 'w3', 'w4']) story.worker(id, 1)
    story.submit(story.shapes.source(1))
    story.loseHost('w1')
    story.loseHost('w2')
    story.loseHost('w3')
    story.check('executor-killer')
    expectEmpty(story)
  })

  it('a worker that does not answer for a while', () => {
    const story = new Story()
    story.worker('w1', 1)
    story.worker('w2', 2)
    story.submit(story.shapes.source(4))
    const suspend = (isSuspended: boolean) =>
      story.tell(`worker w1 ${isSuspended ? 'does not answer' : 'answers again'}`, {
        type: 'workerSuspended',
        workerId: workerId('w1'),
        isSuspended,
      })
    suspend(true)
    story.succeed([1])
    story.remark('Nothing waits any more: the free executor gets a copy of what hangs.')
    story.succeed([2])
    suspend(false)
    story.remark('The first result counts, the other copy is stopped.')
    story.succeed([0])
    story.end(4, { kind: 'killed', reason: 'another copy of the task has finished' })
    story.succeed([3])
    story.check('suspended-worker')
    expectEmpty(story)
  })

  it('a map task that gives another content the second time', () => {
    const story = new Story()
    story.worker('w1', 2)
    story.worker('w2', 2)
    const { shapes } = story
    const counts = shapes.shuffled('reduceByKey', 2, shapes.source(2, 'sample'))
    story.submit(shapes.shuffled('sortByKey', 2, counts))
    story.succeed([0])
    story.succeed([1])
    story.succeed([2])
    story.failFetch(3, 0, 0, 0, 'w1')
    story.remark('Reducer 0 was made of the older content: it runs again too.')
    story.succeed([4], 'other')
    story.succeed([5, 6])
    story.remark('Once a result is out, it cannot be taken back.')
    story.succeed([7])
    story.failFetch(8, 1, 0, 5, 'w1')
    story.succeed([9], 'third')
    story.check('not-deterministic')
    expectEmpty(story)
  })

  it('cached partitions that stand in for a shuffle', () => {
    const story = new Story()
    story.worker('w3', 2)
    const counts = wordCount(story, 2, 2)
    counts.about.isCached = true
    story.submit(counts)
    story.succeed([0, 1])
    story.worker('w1', 1)
    story.worker('w2', 1)
    story.succeed([2, 3])
    const cached = (worker: string, partition: number) =>
      story.tell(`partition ${partition} is cached on ${worker}`, {
        type: 'cachedBlocksUpdated',
        hostId: `host-${worker}` as never,
        blocks: [{ rddId: counts.id, partition, memoryBytes: 100, diskBytes: 0 }],
      })
    cached('w2', 0)
    cached('w1', 1)
    story.remark('The map outputs are gone with a third worker, but nobody needs them.')
    story.loseWorker('w3')
    story.submit(story.shapes.narrow('mapValues', counts))
    story.succeed([4, 5])
    story.loseWorker('w2')
    story.remark('Now half of the cache is gone: what it was made of is computed again.')
    story.submit(story.shapes.narrow('mapValues', counts), { partitions: [0] })
    story.finish()
    story.check('cached')
    expectEmpty(story)
  })

  it('executors that come and go, and a second task behind a short one', () => {
    const story = new Story()
    story.worker('w1', 2)
    story.submit(story.shapes.source(8))
    story.succeed([0], 'same', 5)
    story.remark('Tasks are short now: each executor gets a second one, until few are left.')
    story.succeed([1], 'same', 5)
    story.tell('tasks 2 3 have begun', { type: 'tasksStarted', taskIds: [2, 3] as never })
    story.remark('A new executor takes what waits; an executor that dies gives back both.')
    story.worker('w2', 2)
    story.tell('executor w1/0 dies', {
      type: 'executorLost',
      executorId: executorId('w1/0'),
      cause: { kind: 'outOfMemory', message: 'its heap is full', counts: true },
    })
    story.finish(5)
    story.check('queue-depth')
    expectEmpty(story)
  })
})
