import type { Lineage, Shuffled } from '#publib/lineage'
import { standing } from '#publib/lineage'

/** Whether a recomputation gives the same: in the same order, in another, or not at all. */
export type DeterministicLevel = 'DETERMINATE' | 'UNORDERED' | 'INDETERMINATE'

/** What these give depends on the order in which they are given it. */
const ORDER_SENSITIVE = new Set([
  'spread',
  'sampled',
  'sampledByKey',
  'sampledByKeyExact',
  'numbered',
  'zipped',
])

/**
 * The level of a lineage, as far as operators tell: a function that uses chance or a clock is not looked into. Where keys are
 * combined their order may be another one when memory is short; what depends on the order of such input is not the same.
 */
export function deterministicLevel(top: Lineage<unknown>): DeterministicLevel {
  const levels = new Map<Lineage<unknown>, DeterministicLevel>()
  const open = [standing(top)]
  for (let lineage = open.at(-1); lineage !== undefined; lineage = open.at(-1)) {
    const parents = lineage.parents.map(standing)
    const missing = parents.filter(parent => !levels.has(parent))
    if (missing.length > 0) open.push(...missing)
    else {
      open.pop()
      const given = parents.map(parent => levels.get(parent)!)
      levels.set(lineage, levelOf(lineage, given))
    }
  }
  return levels.get(standing(top))!
}

function levelOf(
  lineage: Lineage<unknown>,
  given: readonly DeterministicLevel[],
): DeterministicLevel {
  if (given.includes('INDETERMINATE')) return 'INDETERMINATE'
  const isUnordered = given.includes('UNORDERED')
  if (isUnordered && ORDER_SENSITIVE.has(lineage.tag)) return 'INDETERMINATE'
  return isUnordered || losesOrder(lineage) ? 'UNORDERED' : 'DETERMINATE'
}

/** Keys that are combined come in any order, unless they are sorted. */
function losesOrder(lineage: Lineage<unknown>): boolean {
  if (lineage.tag === 'coGrouped') return true
  if (lineage.tag !== 'shuffled') return false
  const { combining, ordering } = (lineage as Shuffled<unknown, unknown, unknown>).options
  return combining.kind !== 'none' && ordering === undefined
}
