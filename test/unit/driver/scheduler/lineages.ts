import type { Batch } from '#publib/columnar'
import { Action, type Dependency, Lineage, type ShuffleDependency } from '#publib/lineage'
import { rddId, shuffleId } from '#publib/util'

/** A lineage that only has a shape: what machines see of one. */
export class ShapeLineage extends Lineage<unknown> {
  readonly tag = 'shape'
  readonly parents: readonly Lineage<unknown>[]
  readonly dependencies: readonly Dependency[]
  readonly numPartitions: number

  constructor(
    id: number,
    operation: string,
    numPartitions: number,
    dependencies: readonly Dependency[] = [],
  ) {
    const callSite = { file: '/home/user/main.ts', line: id + 1, column: 1 }
    const about = { id: rddId(id), operator: operation, operation, callSite }
    super({ ...about, name: undefined, isCached: false } as never)
    this.numPartitions = numPartitions
    this.dependencies = dependencies
    this.parents = dependencies.map(({ parent }) => parent)
  }

  override compute(): Iterable<Batch<unknown>> {
    return []
  }

  override fields(): Record<string, unknown> {
    return {}
  }
}

/** Prefers the given hosts, by partition. */
export class PlacedLineage extends ShapeLineage {
  readonly #hosts: readonly (readonly string[])[]

  constructor(id: number, hosts: readonly (readonly string[])[]) {
    super(id, 'textFile', hosts.length)
    this.#hosts = hosts
  }

  override preferredLocations(partition: number): readonly string[] {
    return this.#hosts[partition] ?? []
  }
}

/** Lineages with rising ids. */
export class Shapes {
  #nextRdd = 0
  #nextShuffle = 0

  source(numPartitions: number, operation = 'parallelize'): ShapeLineage {
    return new ShapeLineage(this.#nextRdd++, operation, numPartitions)
  }

  placed(hosts: readonly (readonly string[])[]): ShapeLineage {
    return new PlacedLineage(this.#nextRdd++, hosts)
  }

  narrow(operation: string, ...parents: readonly Lineage<unknown>[]): ShapeLineage {
    const numPartitions = parents[0]?.numPartitions ?? 0
    const dependencies = parents.map(parent => {
      return { kind: 'narrow' as const, parent, parents: (partition: number) => [partition] }
    })
    return new ShapeLineage(this.#nextRdd++, operation, numPartitions, dependencies)
  }

  shuffle(parent: Lineage<unknown>): ShuffleDependency {
    const id = shuffleId(this.#nextShuffle++)
    const rest = { spec: undefined as never, roots: [], fields: {} }
    return { kind: 'shuffle', shuffleId: id, parent, ...rest } as ShuffleDependency
  }

  /** Reads shuffles, known ones too. */
  reads(
    operation: string,
    numPartitions: number,
    ...from: readonly ShuffleDependency[]
  ): ShapeLineage {
    return new ShapeLineage(this.#nextRdd++, operation, numPartitions, from)
  }

  shuffled(operation: string, numPartitions: number, parent: Lineage<unknown>): ShapeLineage {
    return this.reads(operation, numPartitions, this.shuffle(parent))
  }
}

/** An action that only has a name. */
export class ShapeAction extends Action<unknown, unknown> {
  readonly tag = 'collect'

  override run(): unknown {
    return undefined
  }

  override fields(): Record<string, unknown> {
    return {}
  }
}
