import { expect } from 'chai'
import type { SchedulerAction } from '../../../../driver/scheduler/events.ts'
import { Story } from './story.ts'

const SPECULATION = { quantile: 0.9, multiplier: 3, minRunTimeMs: 100 }

function setUp(workers: readonly (readonly [id: string, executors: number])[]): Story {
  const story = new Story({}, { speculation: SPECULATION })
  for (const [id, count] of workers) story.worker(id, count)
  return story
}

/** So much later, slow tasks are looked for. */
function look(story: Story, afterMs: number): readonly SchedulerAction[] {
  story.nowMs += afterMs
  return story.tell(`${afterMs} ms pass`, { type: 'slowTasksSought' })
}

const copies = (actions: readonly SchedulerAction[]): readonly string[] =>
  actions.flatMap(action =>
    action.type === 'launchTask' && action.isCopy
      ? [`${action.task.partition} on ${action.executorId}`]
      : [],
  )

describe('a task that runs far longer than the others', () => {
  it('gets a second copy on another worker; the first that ends well counts', () => {
    const story = setUp([
      ['w1', 5],
      ['w2', 5],
    ])
    story.submit(story.shapes.source(10))
    story.nowMs = 200
    story.remark('Nine are done, in 200 ms each: 600 ms is three times as long.')
    story.succeed([1, 2, 3, 4, 5, 6, 7, 8, 9], 'same', 200)
    look(story, 300)
    look(story, 200)
    story.remark(
      'The second copy is first; the other is told to stop, and its end changes nothing.',
    )
    story.succeed([10])
    story.end(0, { kind: 'killed', reason: 'another copy of the task has finished' })
    story.check('speculation')
    expect(story.core.isEmpty, story.core.describe()).to.equal(true)
    expect(story.core.tasks.pool.idle.size).to.equal(10)
  })

  it('counts once where both copies end well, and is not tried again where one fails', () => {
    for (const first of [0, 4]) {
      const story = setUp([
        ['w1', 2],
        ['w2', 2],
      ])
      const job = story.submit(story.shapes.source(4))
      story.succeed([1, 2, 3], 'same', 50)
      expect(copies(look(story, 1000)), 'quantile 0.9 of 4').to.deep.equal(['0 on w2/0'])
      if (first === 0) story.fail(4, 'bad luck')
      else story.fail(0, 'bad luck')
      expect(story.running.size).to.equal(1)
      story.succeed([first])
      const delivered = story.actions.filter(({ type }) => type === 'deliverResult')
      expect(delivered).to.have.length(4)
      expect(story.actions.some(each => each.type === 'finishJob' && each.jobId === job)).to.equal(
        true,
      )
      expect(story.core.isEmpty).to.equal(true)
    }
  })

  it('is left alone while too few are done, while it is young, alone in its stage, or copied already', () => {
    const story = setUp([
      ['w1', 10],
      ['w2', 10],
    ])
    const { shapes } = story
    story.submit(shapes.source(10))
    story.submit(shapes.source(1))
    story.succeed([1, 2, 3, 4, 5, 6, 7, 8], 'same', 1)
    expect(copies(look(story, 10_000)), 'eight of ten').to.deep.equal([])
    story.succeed([9], 'same', 1)
    expect(copies(look(story, 1)), 'nine of ten').to.deep.equal(['0 on w2/1'])
    expect(copies(look(story, 10_000)), 'a second time').to.deep.equal([])
    story.loseHost('w2', { counts: false })
    expect(copies(look(story, 1)), 'no other worker').to.deep.equal([])
    story.worker('w3', 1)
    expect([...story.running.values()].map(({ executorId }) => executorId)).to.include('w3/0')
  })

  it('waits for a free executor of another worker, before tasks of later jobs', () => {
    const story = setUp([
      ['w1', 2],
      ['w2', 1],
    ])
    const { shapes } = story
    story.submit(shapes.source(3))
    story.submit(shapes.source(9))
    story.succeed([1, 2], 'same', 10)
    expect(copies(look(story, 400)), 'two of three').to.deep.equal([])
    const later = [...story.running.values()].filter(({ task }) => task.jobId === 1)
    expect(later.map(({ executorId }) => executorId)).to.deep.equal(['w1/1', 'w2/0'])
    const onOther = later.find(({ executorId }) => executorId === 'w2/0')!.task.taskId
    story.succeed([onOther], 'same', 500)
    expect(story.running.get(0)?.executorId).to.equal('w1/0')
    const copy = [...story.running.values()].find(each => each.isCopy)
    expect(copy?.executorId).to.equal('w2/0')
  })

  it('is no task that lies behind another, and none whose executor is gone', () => {
    const story = setUp([
      ['w1', 1],
      ['w2', 1],
    ])
    story.submit(story.shapes.source(40))
    let done = 0
    while (done < 36) {
      const [id] = [...story.running.keys()]
      story.succeed([id as number], 'same', 0.5)
      done++
    }
    const found = look(story, 1000).filter(({ type }) => type === 'announceCopy')
    expect(found.length).to.be.within(1, 2)
  })

  it('is nothing that anybody looks for where speculation is off', () => {
    const story = new Story()
    story.worker('w1', 5)
    story.worker('w2', 5)
    story.submit(story.shapes.source(10))
    story.succeed([1, 2, 3, 4, 5, 6, 7, 8, 9], 'same', 1)
    expect(look(story, 60_000)).to.deep.equal([])
  })
})
