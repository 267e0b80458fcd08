import type { Lineage } from '#publib/lineage'
import type { ShuffleId } from '#publib/util'

/** Tells when objects are gone: FinalizationRegistry, or what stands for it in tests. */
export interface GoneRegistry {
  register(target: object, held: readonly ShuffleId[]): void
}

/** Lets go of shuffle files that no RDD of the program can ask for any more, so that programs which loop do not fill the disk. */
export class Cleaner {
  readonly #watched = new WeakSet<Lineage<unknown>>()
  readonly #registry: GoneRegistry

  constructor(
    drop: (shuffleIds: readonly ShuffleId[]) => void,
    registryOf: (onGone: (shuffleIds: readonly ShuffleId[]) => void) => GoneRegistry = onGone =>
      new FinalizationRegistry(onGone),
  ) {
    this.#registry = registryOf(drop)
  }

  /** Watches a lineage and all below it that is not watched yet. */
  watch(top: Lineage<unknown>): void {
    const open = [top]
    for (let lineage = open.pop(); lineage !== undefined; lineage = open.pop()) {
      if (this.#watched.has(lineage)) continue
      this.#watched.add(lineage)
      const shuffleIds = lineage.shuffleIds()
      if (shuffleIds.length > 0) this.#registry.register(lineage, shuffleIds)
      open.push(...lineage.parents)
    }
  }
}
