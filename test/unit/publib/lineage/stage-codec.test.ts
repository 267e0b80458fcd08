import { expect } from 'chai'
import {
  Collect,
  collectPartitionData,
  decodeStage,
  encodeStage,
  KEEP_FIRST,
  Keys,
  type Lineage,
  MapElements,
  NumberRange,
  ParallelCollection,
  placeByHash,
  rootOf,
  Shuffled,
  type StageWork,
  sliceData,
  Union,
} from '#publib/lineage'
import { rddId, type SimSparkError, shuffleId } from '#publib/util'
import { Interpreter } from '../../../support/interpreter.ts'

describe('a stage travels', () => {
  let ids = 0
  const about = (operation: string) => ({
    ...{ id: rddId(ids++), operator: 'X', operation, callSite: undefined },
    ...{ name: undefined, isCached: false },
  })
  const collect: StageWork = { kind: 'result', action: new Collect() as never }
  const map = <T, U>(parent: Lineage<T>, f: (x: T) => U) =>
    new MapElements(about('map'), parent, rootOf(f, 'rdd.map()', undefined), false)
  const shuffled = (parent: Lineage<readonly [number, null]>) =>
    new Shuffled<number, null, null>(about('shuffle'), parent, {
      shuffleId: shuffleId(7),
      placing: { kind: 'given', placement: placeByHash(3) },
      combining: KEEP_FIRST,
      mapSideCombine: true,
    })
  const range = (numSlices = 2) =>
    new NumberRange(about('range'), { start: 0, step: 1, count: 10, numSlices })

  it('with what its functions do, while the language is untouched', async () => {
    const lineage = map(
      map(range(), x => x + 1),
      x => new Date(x),
    )
    const stage = await decodeStage(encodeStage(lineage, collect).bytes)
    const shapes = (): unknown[] => {
      const { lineage: top } = stage.instantiate()
      const below = top.dependencies[0]?.parent as MapElements<number, number>
      return [(top as MapElements<number, Date>).f.shape, below.f.shape]
    }
    const [later, plus] = shapes()
    expect(later).to.equal(undefined)
    expect(plus).to.have.nested.property('result.operator', '+')
    const cut = await decodeStage(
      encodeStage(
        map(range(), x => `${x}`.split(' ')),
        collect,
      ).bytes,
    )
    const shape = () => (cut.instantiate().lineage as MapElements<number, string[]>).f.shape
    const { split } = String.prototype
    String.prototype.split = (() => []) as never
    try {
      expect(shape()).to.equal(undefined)
    } finally {
      String.prototype.split = split
    }
    expect(shape()).to.have.nested.property('result.name', 'split')
  })

  it('with its operators, functions and action', async () => {
    const add = 5
    const lineage = map(
      map(range(), x => x + add),
      x => String(x),
    )
    const decoded = await decodeStage(encodeStage(lineage, collect).bytes)
    const { lineage: made, work } = decoded.instantiate()
    expect(made.tag).to.equal('map')
    expect(made.about).to.deep.equal({ ...lineage.about, id: 2 })
    expect(made.numPartitions).to.equal(2)
    expect(work.kind).to.equal('result')
    const results = await new Interpreter().run(made, new Collect<unknown>())
    expect(results[0]).to.deep.equal(['5', '6', '7', '8', '9'])
  })

  it('with fresh functions for every task', async () => {
    let calls = 0
    const lineage = map(range(1), () => ++calls)
    const decoded = await decodeStage(encodeStage(lineage, collect).bytes)
    for (let task = 0; task < 2; task++) {
      const results = await new Interpreter().run(decoded.instantiate().lineage, new Collect())
      expect(results[0]?.[0]).to.equal(1)
    }
    expect(calls).to.equal(0)
  })

  it('and stops at shuffles: what is beyond does not travel', async () => {
    const secret = 'beyond'
    const before = map(range(), x => [x + secret.length, null] as [number, null])
    const after = new Keys(about('keys'), shuffled(before))
    const { bytes } = encodeStage(after, collect)
    expect(Buffer.from(bytes).toString('latin1')).not.to.contain('secret')
    const { lineage } = (await decodeStage(bytes)).instantiate()
    const [narrow] = lineage.dependencies
    const [shuffle] = narrow!.parent.dependencies
    expect(shuffle?.kind).to.equal('shuffle')
    expect(shuffle?.parent.tag).to.equal('beyondShuffle')
    expect(lineage.numPartitions).to.equal(3)
    expect(shuffle?.kind === 'shuffle' && shuffle.spec.mapSideCombine).to.equal(true)
  })

  it('with the shuffle that it writes', async () => {
    const before = map(range(), x => [x, null] as [number, null])
    const [dependency] = shuffled(before).dependencies
    if (dependency?.kind !== 'shuffle') throw new Error('no shuffle')
    const { bytes } = encodeStage(before, { kind: 'shuffleMap', dependency })
    const { work, lineage } = (await decodeStage(bytes)).instantiate()
    if (work.kind !== 'shuffleMap') throw new Error('no map stage')
    expect(work.dependency.parent).to.equal(lineage)
    expect(work.dependency.shuffleId).to.equal(7)
    expect(work.dependency.spec.partitioner.numPartitions).to.equal(3)
  })

  it('as the same bytes each time that a program does the same', () => {
    const stage = () => encodeStage(map(range(), String), collect)
    const [one, two] = [stage(), stage()]
    expect(two.bytes).to.deep.equal(one.bytes)
    expect(two.firstId).to.equal(one.firstId + 2)
  })

  it('with the ids that cached partitions are found by', async () => {
    const source = range()
    source.about.isCached = true
    const lineage = map(source, String)
    const { bytes, firstId } = encodeStage(lineage, collect)
    const made = (await decodeStage(bytes)).instantiate().lineage
    expect([made.id, made.parents[0]?.id, firstId]).to.deep.equal([lineage.id, source.id, 0])
  })

  it('once, where two children share a parent', async () => {
    const shared = map(range(), x => x)
    const both = new Union(about('union'), [map(shared, x => x), map(shared, x => -x)])
    const { lineage } = (await decodeStage(encodeStage(both, collect).bytes)).instantiate()
    const [left, right] = lineage.parents
    expect(left?.parents[0]).to.equal(right?.parents[0])
    expect(left).not.to.equal(right)
  })

  it('however deep it is', async () => {
    let lineage: Lineage<number> = range(1)
    for (let i = 0; i < 500; i++) lineage = map(lineage, x => x + 1)
    const { lineage: made } = (await decodeStage(encodeStage(lineage, collect).bytes)).instantiate()
    const results = await new Interpreter().run(made, new Collect<unknown>())
    expect(results[0]?.[0]).to.equal(500)
  })

  it('and is refused where it is cut off or from another version', async () => {
    const { bytes } = encodeStage(range(), collect)
    const refused = async (damaged: Uint8Array) =>
      decodeStage(damaged)
        .then(stage => stage.instantiate())
        .then(
          () => 'accepted',
          (error: SimSparkError) => error.code ?? error.name,
        )
    expect(await refused(bytes.subarray(0, 2))).to.equal('INTERNAL')
    expect(await refused(bytes.subarray(0, 40))).to.equal('INTERNAL')
    const renamed = Buffer.from(bytes)
    renamed.write('rangX', renamed.indexOf('"range"') + 1)
    expect(await refused(renamed)).to.equal('VERSION_MISMATCH')
  })

  it('each task is sent its own slice alone', () => {
    const slices = sliceData(
      Array.from({ length: 10 }, (_, i) => i),
      3,
      [['a'], [], ['c']],
    )
    expect(slices.map(({ records }) => records)).to.deep.equal([3, 3, 4])
    const source = new ParallelCollection<number>(about('parallelize'), slices)
    const both = new Union(about('union'), [map(source, x => x), source])
    const parts = collectPartitionData(both, 4)
    expect(parts.map(({ source: { id }, partition }) => [id, partition])).to.deep.equal([
      [source.id, 1],
    ])
    expect(parts[0]?.data.bytes).to.equal(slices[1]?.bytes)
    expect(both.preferredLocations(5)).to.deep.equal(['c'])
  })
})
