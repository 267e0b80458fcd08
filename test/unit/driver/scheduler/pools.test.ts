import { expect } from 'chai'
import type { PoolOptions } from '../../../../driver/scheduler/pools.ts'
import { Story } from './story.ts'

const pool = (name: string, options: Partial<PoolOptions> = {}): PoolOptions => ({
  ...{ name, schedulingMode: 'FIFO', weight: 1, minShare: 0 },
  ...options,
})

function fair(...pools: readonly PoolOptions[]): Story {
  return new Story({}, { scheduling: { mode: 'FAIR', pools } })
}

/** How many attempts run, by job. */
function shares(story: Story): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { task } of story.running.values()) {
    counts[task.jobId] = (counts[task.jobId] ?? 0) + 1
  }
  return counts
}

/** Tasks end one after the other, the oldest first. */
function churn(story: Story, count: number, runTimeMs = 1000): void {
  for (let i = 0; i < count; i++) {
    story.succeed([[...story.running.keys()][0] as number], 'same', runTimeMs)
  }
}

describe('scheduler pools', () => {
  it('share executors alike where nobody says otherwise, and lend what is not asked for', () => {
    const story = fair()
    story.worker('w1', 6)
    const { shapes } = story
    story.submit(shapes.source(100), { pool: 'a' })
    expect(shares(story)).to.deep.equal({ 0: 6 })
    story.submit(shapes.source(100), { pool: 'b' })
    churn(story, 6)
    expect(shares(story)).to.deep.equal({ 0: 3, 1: 3 })
    story.submit(shapes.source(1), { pool: 'c' })
    churn(story, 1)
    expect(shares(story)[2]).to.equal(1)
  })

  it('share by weight, after the least shares', () => {
    const story = fair(pool('heavy', { weight: 3 }), pool('sure', { minShare: 4 }))
    const { shapes } = story
    story.submit(shapes.source(100), { pool: 'heavy' })
    story.submit(shapes.source(100), { pool: 'light' })
    story.worker('w1', 8)
    expect(shares(story)).to.deep.equal({ 0: 6, 1: 2 })
    story.submit(shapes.source(100), { pool: 'sure' })
    churn(story, 30)
    expect(shares(story)).to.deep.equal({ 0: 3, 1: 1, 2: 4 })
  })

  it('run their own jobs in order, or alike where they are fair inside', () => {
    for (const [schedulingMode, expected] of [
      ['FIFO', { 0: 4 }],
      ['FAIR', { 0: 2, 1: 2 }],
    ] as const) {
      const story = fair(pool('p', { schedulingMode }))
      const { shapes } = story
      story.submit(shapes.source(10), { pool: 'p' })
      story.submit(shapes.source(10), { pool: 'p' })
      story.worker('w1', 4)
      expect(shares(story), schedulingMode).to.deep.equal(expected)
    }
  })

  it('give an executor a few short tasks at a time, so that it comes round soon', () => {
    const story = fair()
    story.worker('w1', 2)
    const { shapes } = story
    story.submit(shapes.source(1000), { pool: 'a' })
    churn(story, 400, 0.1)
    story.submit(shapes.source(1000), { pool: 'b' })
    const before = story.running.size
    expect(before).to.be.greaterThan(10)
    // What lay ready is done; then each pool has one of the two executors.
    churn(story, before, 0.1)
    const executorsOf = (job: number): Set<string> =>
      new Set(
        [...story.running.values()]
          .filter(({ task }) => task.jobId === job)
          .map(({ executorId }) => executorId),
      )
    expect([executorsOf(0).size, executorsOf(1).size]).to.deep.equal([1, 1])
    const tasksOf = new Map([
      [0, 0],
      [1, 0],
    ])
    for (let i = 0; i < 600; i++) {
      const [id, launch] = [...story.running][0]!
      tasksOf.set(launch.task.jobId, tasksOf.get(launch.task.jobId)! + 1)
      story.succeed([id], 'same', 0.1)
    }
    expect(tasksOf.get(0)! / tasksOf.get(1)!).to.be.within(0.5, 2)
  })

  it('are told of: those that are described, the default one, and those that jobs have named', () => {
    const story = fair(pool('etl', { weight: 2, minShare: 1 }))
    story.worker('w1', 2)
    story.submit(story.shapes.source(1), { pool: 'adhoc' })
    story.submit(story.shapes.source(1))
    const { infos } = story.core.tasks.pools!
    expect(infos.map(({ name, runningTasks }) => [name, runningTasks])).to.deep.equal([
      ['etl', 0],
      ['default', 1],
      ['adhoc', 1],
    ])
    expect(story.core.tasks.pools?.info('etl')).to.deep.equal({
      ...{ name: 'etl', schedulingMode: 'FIFO', weight: 2, minShare: 1, runningTasks: 0 },
    })
    story.finish()
    expect(story.core.isEmpty).to.equal(true)
    expect(story.core.tasks.pools?.info('adhoc')?.runningTasks).to.equal(0)
  })

  it('are none in FIFO mode, whatever jobs say', () => {
    const story = new Story()
    story.submit(story.shapes.source(4), { pool: 'a' })
    story.submit(story.shapes.source(4), { pool: 'b' })
    story.worker('w1', 4)
    expect(shares(story)).to.deep.equal({ 0: 4 })
    expect(story.core.tasks.pools).to.equal(undefined)
  })
})
