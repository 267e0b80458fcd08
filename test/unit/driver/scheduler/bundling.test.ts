import { expect } from 'chai'
import { Bundle, type ShuffleDependency } from '#publib/lineage'
import { rddId, shuffleId } from '#publib/util'
import { Bundling } from '../../../../driver/scheduler/bundling.ts'
import { planStages } from '../../../../driver/scheduler/plan.ts'
import { ShapeLineage } from './lineages.ts'

const MIB = 1 << 20

/** A source, or what is computed from `dependency`, of known size. */
class SizedLineage extends ShapeLineage {
  readonly #bytes: number | undefined

  constructor(partitions: number, bytes: number | undefined, parent?: ShapeLineage) {
    const one = { kind: 'narrow' as const, parents: (partition: number) => [partition] }
    super(partitions, 'read', partitions, parent === undefined ? [] : [{ ...one, parent }])
    this.#bytes = bytes
  }

  override inputBytes(): number | undefined {
    return this.#bytes
  }
}

function shuffleOf(parent: ShapeLineage): ShuffleDependency {
  const spec = undefined as never
  return { kind: 'shuffle', shuffleId: shuffleId(0), parent, spec, roots: [], fields: {} }
}

/** How many map tasks a shuffle of so many partitions gets. */
function mapCount(partitions: number, bytes: number | undefined): number {
  const dependency = shuffleOf(new SizedLineage(partitions, bytes))
  return new Bundling().of(dependency).parent.numPartitions
}

describe('Bundling', () => {
  it('puts up to 64 small neighbours, or 8 MiB, into one map task', () => {
    expect(mapCount(10_000, 1024 * MIB)).to.equal(157)
    expect(mapCount(10_000, 10_000 * MIB)).to.equal(1250)
  })

  it('leaves executors 64 tasks to share', () => {
    expect(mapCount(500, 80 * MIB)).to.equal(64)
    expect(mapCount(128, 10 * MIB)).to.equal(64)
    expect(mapCount(127, 10 * MIB)).to.equal(127)
  })

  it('leaves alone partitions that are large, tiny or of unknown size', () => {
    expect(mapCount(10_000, 50_000 * MIB)).to.equal(10_000)
    expect(mapCount(10_000, 1 * MIB)).to.equal(10_000)
    expect(mapCount(10_000, undefined)).to.equal(10_000)
  })

  it('holds all partitions of its parent once, in order', () => {
    const dependency = shuffleOf(new SizedLineage(10_001, 1024 * MIB))
    const bundle = new Bundling().of(dependency).parent as Bundle<unknown>
    expect(bundle).to.be.instanceOf(Bundle)
    const all = Array.from({ length: bundle.numPartitions }, (_, i) => bundle.partitionsOf(i))
    expect(all.flat()).to.deep.equal(Array.from({ length: 10_001 }, (_, i) => i))
    expect(Math.max(...all.map(({ length }) => length))).to.equal(64)
  })

  it('looks at all that a stage reads, and not at what lies behind a shuffle or in the cache', () => {
    const source = new SizedLineage(10_000, 1024 * MIB)
    const mapped = new SizedLineage(10_000, 0, source)
    const count = (parent: ShapeLineage): number =>
      new Bundling().of(shuffleOf(parent)).parent.numPartitions
    expect(count(mapped)).to.equal(157)
    const regrouped = new ShapeLineage(1, 'reduceByKey', 10_000, [shuffleOf(source)])
    expect(count(regrouped)).to.equal(10_000)
    source.about.isCached = true
    expect(count(mapped)).to.equal(10_000)
  })

  it('stays with what it has settled for a shuffle', () => {
    const source = new SizedLineage(10_000, 1024 * MIB)
    const bundling = new Bundling()
    const dependency = shuffleOf(source)
    const settled = bundling.of(dependency)
    source.about.isCached = true
    expect(bundling.of(dependency)).to.equal(settled)
  })

  it('gives stages as many tasks as there are bundles', () => {
    const reduced = new ShapeLineage(1, 'reduceByKey', 8, [
      shuffleOf(new SizedLineage(10_000, 1024 * MIB)),
    ])
    const [map] = planStages(reduced, new Bundling())
    expect(map?.lineage.numPartitions).to.equal(157)
    expect(map?.lineage.id).to.equal(rddId(10_000))
    expect(map?.dependency?.shuffleId).to.equal(shuffleId(0))
    expect(planStages(reduced)[0]?.lineage.numPartitions).to.equal(10_000)
  })
})
