import type { Lineage, Preparation } from '#publib/lineage'

/** Under way, so that two actions at once prepare the same thing once. */
const underWay = new WeakMap<Lineage<unknown>, Promise<void>>()

/**
 * Settles the partitions of a lineage, parents first. What is settled stays so: later actions find the same partitions, and
 * shuffles that were computed are found again. After a failure the next action tries anew.
 */
export async function prepare(top: Lineage<unknown>, preparation: Preparation): Promise<void> {
  for (const lineage of unprepared(top)) {
    if (lineage.isPrepared) continue
    const known = underWay.get(lineage)
    const promise = known ?? lineage.prepare(preparation)
    if (known === undefined) underWay.set(lineage, promise)
    try {
      await promise
    } finally {
      if (known === undefined) underWay.delete(lineage)
    }
  }
}

/** Parents before children; without recursion, for lineages are deep where programs loop. */
function unprepared(top: Lineage<unknown>): Iterable<Lineage<unknown>> {
  const ordered = new Set<Lineage<unknown>>()
  const open = [top]
  for (let lineage = open.at(-1); lineage !== undefined; lineage = open.at(-1)) {
    const missing = lineage.parents.filter(parent => !parent.isPrepared && !ordered.has(parent))
    if (missing.length > 0 && !ordered.has(lineage)) open.push(...missing)
    else {
      open.pop()
      ordered.add(lineage)
    }
  }
  return ordered
}
