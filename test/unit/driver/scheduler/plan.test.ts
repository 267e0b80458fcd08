import { expect } from 'chai'
import { inputsNeeded, planStages } from '../../../../driver/scheduler/plan.ts'
import { Shapes } from './lineages.ts'

function shapeOf(stages: ReturnType<typeof planStages>): string[] {
  return stages.map(({ lineage, dependency, inputs }) => {
    const reads = inputs.map(({ shuffleId }) => shuffleId).join(' ')
    const writes = dependency === undefined ? 'results' : `shuffle ${dependency.shuffleId}`
    return `${lineage.about.operation}: [${reads}] -> ${writes}`
  })
}

describe('the plan', () => {
  it('is one stage where nothing is regrouped', () => {
    const shapes = new Shapes()
    const lineage = shapes.narrow('filter', shapes.narrow('map', shapes.source(3)))
    expect(shapeOf(planStages(lineage))).to.deep.equal(['filter: [] -> results'])
    expect(planStages(lineage)[0]?.chain).to.have.length(3)
  })

  it('cuts at shuffles, parents before children', () => {
    const shapes = new Shapes()
    const left = shapes.shuffled('reduceByKey', 2, shapes.source(2, 'left'))
    const right = shapes.shuffled('groupByKey', 2, shapes.source(2, 'right'))
    const joined = shapes.shuffled('sortByKey', 2, shapes.narrow('zip', left, right))
    expect(shapeOf(planStages(joined))).to.deep.equal([
      'left: [] -> shuffle 0',
      'right: [] -> shuffle 1',
      'zip: [0 1] -> shuffle 2',
      'sortByKey: [2] -> results',
    ])
  })

  it('holds a shuffle that is read twice once', () => {
    const shapes = new Shapes()
    const shuffle = shapes.shuffle(shapes.source(2))
    const both = [shapes.reads('a', 2, shuffle), shapes.reads('b', 2, shuffle)]
    expect(planStages(shapes.narrow('zip', ...both))).to.have.length(2)
  })

  it('is made without recursion: lineages are longer than the stack is deep', () => {
    const shapes = new Shapes()
    let lineage = shapes.source(1)
    for (let i = 0; i < 20_000; i++) {
      lineage =
        i % 10 === 0 ? shapes.shuffled('shuffle', 1, lineage) : shapes.narrow('map', lineage)
    }
    expect(planStages(lineage)).to.have.length(2001)
  })

  it('needs no shuffle behind an RDD that is read from the cache', () => {
    const shapes = new Shapes()
    const cached = shapes.shuffled('reduceByKey', 2, shapes.source(2))
    const other = shapes.shuffled('groupByKey', 2, shapes.source(2))
    const result = planStages(shapes.narrow('zip', cached, other)).at(-1)!
    const needed = inputsNeeded(result, lineage => lineage === cached)
    expect(needed.map(({ shuffleId }) => shuffleId)).to.deep.equal([1])
    expect(inputsNeeded(result, () => false)).to.have.length(2)
  })
})
