import { expect } from 'chai'
import { SparkContext, TaskContext } from '../../../../driver/index.ts'

const PARTITIONS = 200
const ROWS = 1100
const COUNT = PARTITIONS * ROWS

describe('many small partitions before a shuffle', () => {
  for (const mode of ['plain', 'loops', 'kernels'] as const) {
    describe(`with ${mode}`, () => {
      let sc: SparkContext
      const taskCounts: number[] = []

      before(async () => {
        const conf = { 'simspark.codegen.mode': mode } as const
        sc = await SparkContext.getOrCreate({ master: 'local[1]', appName: mode, conf })
        sc.addSparkListener({ onStageSubmitted: ({ stage }) => taskCounts.push(stage.tasks.total) })
      })
      after(() => sc.stop())

      const numbers = () => sc.range(0, COUNT, 1, PARTITIONS)

      it('share tasks, and are counted as before', async () => {
        taskCounts.length = 0
        const counts = await numbers()
          .map((i): [number, number] => [i % 7, 1])
          .reduceByKey((a, b) => a + b, 3)
          .collect()
        const expected = Array.from({ length: 7 }, (_, key) => [key, Math.ceil((COUNT - key) / 7)])
        expect(counts.toSorted(([a], [b]) => a - b)).to.deep.equal(expected)
        expect(taskCounts).to.deep.equal([64, 3])
      })

      it('are combined each on its own where joining values and combiners differ', async () => {
        const largest = await numbers()
          .map((i): [string, number] => ['all', i])
          .aggregateByKey(0, Math.max, (a, b) => a + b)
          .collect()
        let sum = 0
        for (let part = 1; part <= PARTITIONS; part++) sum += part * ROWS - 1
        expect(largest).to.deep.equal([['all', sum]])
      })

      it('have their own numbers and their own functions', async () => {
        let seen = 0
        const firsts = await numbers()
          .map((i): [number, readonly number[]] => [i, [seen++, TaskContext.getPartitionId()]])
          .filter(([, [order]]) => order === 0)
          .groupByKey(3)
          .map(([i, group]) => [i, group.toArray()[0]![1]!] as const)
          .collect()
        const expected = Array.from({ length: PARTITIONS }, (_, part) => [part * ROWS, part])
        expect(firsts.toSorted(([a], [b]) => a - b)).to.deep.equal(expected)
      })

      it('keep the order of their records', async () => {
        const groups = await numbers()
          .map((i): [number, number] => [i % 2, i])
          .groupByKey(2)
          .mapValues(group => group.toArray())
          .collect()
        for (const [key, values] of groups) {
          expect(values).to.have.length(COUNT / 2)
          expect(values.every((value, i) => value === 2 * i + key)).to.equal(true)
        }
      })

      it('count in accumulators once', async () => {
        const rows = sc.longAccumulator('rows')
        await numbers()
          .map((i): [number, number] => {
            rows.add(1)
            return [i % 3, 1]
          })
          .reduceByKey((a, b) => a + b, 2)
          .count()
        expect(rows.value).to.equal(COUNT)
      })
    })
  }
})
