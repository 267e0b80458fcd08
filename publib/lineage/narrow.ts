import type { Partitioner } from '#publib/shuffle'
import { type About, type Dependency, type Fields, Lineage, oneToOne } from './lineage.ts'

/** An operator whose partition i is computed from partition i of its one parent. */
export abstract class Narrow<T, out U> extends Lineage<U> {
  readonly parent: Lineage<T>
  /** Whether keys stay as they are, so that the parent's partitioner still holds. */
  readonly keepsKeys: boolean
  readonly #dependencies: readonly Dependency[]

  constructor(about: About, parent: Lineage<T>, keepsKeys: boolean) {
    super(about)
    this.parent = parent
    this.keepsKeys = keepsKeys
    this.#dependencies = [oneToOne(parent)]
  }

  override get parents(): readonly Lineage<unknown>[] {
    return [this.parent]
  }

  override get dependencies(): readonly Dependency[] {
    return this.#dependencies
  }

  override get numPartitions(): number {
    return this.parent.numPartitions
  }

  override get partitioner(): Partitioner | undefined {
    return this.keepsKeys ? this.parent.partitioner : undefined
  }

  override preferredLocations(partition: number): readonly string[] {
    return this.parent.preferredLocations(partition)
  }

  override fields(): Fields {
    return { keepsKeys: this.keepsKeys }
  }
}
