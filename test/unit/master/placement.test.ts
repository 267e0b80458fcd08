import { expect } from 'chai'
import { type PlaceableWorker, Placement, roomFor } from '../../../master/placement.ts'
import { chooseSeed, seeded } from '../../support/random.ts'

const worker = (changes: Partial<PlaceableWorker> = {}): PlaceableWorker => ({
  ...{ workerId: 'w1', isOpen: true, cores: 2, busy: 0, memoryMiB: 1000, memoryUsedMiB: 0 },
  ...changes,
})

/** The definition: look at everybody, each time. */
class BruteForce {
  readonly workers: (PlaceableWorker & { busy: number; memoryUsedMiB: number })[]
  readonly #isPacked: boolean

  constructor(workers: readonly PlaceableWorker[], isPacked: boolean) {
    this.workers = workers.map(each => ({ ...each }))
    this.#isPacked = isPacked
  }

  take(memoryMiB: number, isAvoided: (id: string) => boolean): string | undefined {
    const fit = this.workers.filter(
      one =>
        one.isOpen &&
        one.busy < one.cores &&
        one.memoryUsedMiB + memoryMiB <= one.memoryMiB &&
        !isAvoided(one.workerId),
    )
    const sign = this.#isPacked ? -1 : 1
    fit.sort((a, b) => sign * (a.busy - b.busy) || (a.workerId < b.workerId ? -1 : 1))
    const [chosen] = fit
    if (chosen === undefined) return undefined
    chosen.busy += 1
    chosen.memoryUsedMiB += memoryMiB
    return chosen.workerId
  }
}

describe('placement', () => {
  it('takes the worker with the fewest busy executors, the first by id of equals', () => {
    const placement = new Placement(
      [
        worker({ workerId: 'w3', busy: 0 }),
        worker({ workerId: 'w2', busy: 0 }),
        worker({ workerId: 'w1', busy: 1 }),
      ],
      'spread',
    )
    const taken = Array.from({ length: 6 }, () => placement.take(1))
    expect(taken).to.deep.equal(['w2', 'w3', 'w1', 'w2', 'w3', undefined])
  })

  it('fills a worker before it begins another when packing', () => {
    const workers = [worker({ workerId: 'w1' }), worker({ workerId: 'w2', busy: 1 })]
    const placement = new Placement(workers, 'pack')
    const taken = Array.from({ length: 4 }, () => placement.take(1))
    expect(taken).to.deep.equal(['w2', 'w1', 'w1', undefined])
  })

  it('leaves out who is not open, full or short of memory, and who is avoided', () => {
    const workers = [
      worker({ workerId: 'w1', isOpen: false }),
      worker({ workerId: 'w2', busy: 2 }),
      worker({ workerId: 'w3', memoryUsedMiB: 900 }),
      worker({ workerId: 'w4' }),
    ]
    expect(new Placement(workers, 'spread').take(200)).to.equal('w4')
    expect(new Placement(workers, 'spread').take(200, id => id === 'w4')).to.equal(undefined)
  })

  it('chooses as one who looks at all workers each time, in random histories', () => {
    const seed = chooseSeed()
    const random = seeded(seed)
    const upTo = (n: number): number => Math.floor(random() * n)
    for (let history = 0; history < 400; history++) {
      const isPacked = random() < 0.3
      const workers = Array.from({ length: upTo(8) }, (_, i) => {
        const cores = 1 + upTo(4)
        return worker({
          ...{ workerId: `w${i}`, isOpen: random() < 0.85, cores, busy: upTo(cores + 1) },
          ...{ memoryMiB: 256 * upTo(12), memoryUsedMiB: 0 },
        })
      })
      const brute = new BruteForce(workers, isPacked)
      const placement = new Placement(workers, isPacked ? 'pack' : 'spread')
      for (let step = 0; step < 30; step++) {
        const memoryMiB = 128 * (1 + upTo(6))
        const avoided = random() < 0.3 ? `w${upTo(8)}` : ''
        const isAvoided = (id: string): boolean => id === avoided
        const expected = brute.take(memoryMiB, isAvoided)
        const where = `seed ${seed}, history ${history}, step ${step}`
        expect(placement.take(memoryMiB, isAvoided), where).to.equal(expected)
      }
    }
  })

  it('counts the room that placing one by one finds', () => {
    const seed = chooseSeed()
    const random = seeded(seed)
    for (let history = 0; history < 200; history++) {
      const memoryMiB = 100 * (1 + Math.floor(random() * 5))
      const workers = Array.from({ length: Math.floor(random() * 6) }, (_, i) =>
        worker({
          workerId: `w${i}`,
          cores: 3,
          busy: Math.floor(random() * 4),
          isOpen: random() < 0.8,
        }),
      )
      const placement = new Placement(workers, 'spread')
      let count = 0
      while (placement.take(memoryMiB) !== undefined) count += 1
      expect(roomFor(workers, memoryMiB), `seed ${seed}, history ${history}`).to.equal(count)
    }
  })
})
