import type { Lineage } from '#publib/lineage'
import { stepOf } from './operators.ts'
import type { Step } from './step.ts'

/** Operators that become one loop, and what they read. */
export interface Chain {
  /** What is read batch by batch: anything that has no loop of its own, or is cached. */
  readonly source: Lineage<unknown>
  /** The first is next to the source. May be empty. */
  readonly steps: readonly Step[]
  /** The same for the same chain of the same stage, whatever the task. */
  readonly key: string
}

/** More operators than that in one loop are compiled slowly, or not at all: the loop begins anew. */
const STEPS_MAX = 24

/** The chain that ends with `top`, which is computed whether it is cached or not. */
export function chainInto(top: Lineage<unknown>): Chain {
  const steps: Step[] = []
  let source = top
  for (let step = stepOf(top); step !== undefined; step = stepOf(source)) {
    steps.push(step)
    source = step.parent
    const isKept = source.about.isCached || source.standIn !== undefined
    if (isKept || steps.length === STEPS_MAX) break
  }
  steps.reverse()
  return { source, steps, key: [source.id, ...steps.map(({ id }) => id)].join() }
}

/** The chain that gives the records of `lineage`, from the cache where it is kept there. */
export function chainOf(lineage: Lineage<unknown>): Chain {
  if (!lineage.about.isCached) return chainInto(lineage)
  return { source: lineage, steps: [], key: `${lineage.id}` }
}
