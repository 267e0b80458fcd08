import type { Combining, Lineage, Root, ShuffleDependency } from '#publib/lineage'
import { combiningOf } from '#publib/lineage/tasks'
import type { Recognition } from '#publib/recognition'
import { accumulatorsOf, areNumbersFor } from '../accumulators/accumulators-of.ts'
import { stepOf } from '../operators.ts'
import type { Step } from '../step.ts'
import type { Element } from '../typed/element.ts'
import { LoopWriter } from '../typed/loop-writer.ts'
import { asPair } from '../typed/steps.ts'
import { isKnown, kindOfElement, kindOfSource } from './kinds.ts'
import {
  type Elements,
  elementsOf,
  judgeLines,
  judgeStep,
  shapedRoot,
  type Tier,
  UNKNOWN,
} from './step-tier.ts'

/** One line of an explanation. */
export interface OperatorTier {
  readonly tier: Tier
  /** What stands in the way of a kernel, or what it depends on. */
  readonly note: string | undefined
}

type Recognised = ReadonlyMap<Root, Recognition>

/**
 * Which tier each operator of a program gets, told from its functions alone: no code of the user runs. Operators are to be asked
 * about parents first. What a job does in earnest follows the values that come.
 */
export class Tiers {
  readonly #elements = new Map<Lineage<unknown>, Elements>()

  /** `stage`: all operators of the same stage. */
  operator(
    lineage: Lineage<unknown>,
    recognised: Recognised,
    stage: readonly Lineage<unknown>[] = [],
  ): OperatorTier {
    const step = stepOf(lineage)
    if (step !== undefined) {
      const given = this.#given(step.parent)
      const followers = followersOf(lineage, stage)
      const { tier, note, out } = judgeStep(step, followers, given, recognised)
      this.#elements.set(lineage, out)
      return { tier, note }
    }
    this.#elements.set(lineage, this.#outOf(lineage))
    if (lineage.tag === 'jsonLines') return judgeLines(followersOf(lineage, stage), recognised)
    const hasColumns = Object.hasOwn(Object.getPrototypeOf(lineage), 'columns')
    if (hasColumns) return { tier: 'kernel', note: undefined }
    const takesFunction = lineage.roots().length > 0
    const note = takesFunction
      ? `${lineage.about.operation} hands whole partitions to its function, record by record`
      : `${lineage.about.operation} goes record by record`
    return { tier: 'as written', note }
  }

  /** How the values of keys of `parent` are combined; undefined where they are left as they are. */
  combining(
    combining: Combining,
    parent: Lineage<unknown>,
    recognised: Recognised,
  ): OperatorTier | undefined {
    if (combining.kind === 'none') return undefined
    if (combining.kind === 'group' || combining.kind === 'first') {
      return { tier: 'kernel', note: undefined }
    }
    if (combining.kind === 'sketch') {
      return { tier: 'as written', note: 'values are taken into sketches one by one' }
    }
    const roots = combining.roots.map(root => shapedRoot(root, recognised))
    if (accumulatorsOf({ ...combining, roots }, NO_AGGREGATOR) === undefined) {
      return { tier: 'loop', note: obstacleIn(combining, recognised) }
    }
    const [, value] = pairOf(this.#given(parent).element)
    const kind = kindOfElement(value)
    if (!isKnown(kind)) {
      return { tier: 'kernel', note: 'if its values are numbers, or arrays or objects of numbers' }
    }
    if (areNumbersFor({ ...combining, roots }, kind)) return { tier: 'kernel', note: undefined }
    return { tier: 'loop', note: NOT_NUMBERS }
  }

  /** What an operator's parent gives. What is kept in the cache is looked at when it is read. */
  #given(parent: Lineage<unknown>): Elements {
    const given = this.#elements.get(parent) ?? UNKNOWN
    return parent.about.isCached ? elementsOf(kindOfElement(given.element)) : given
  }

  #outOf(lineage: Lineage<unknown>): Elements {
    const source = kindOfSource(lineage)
    if (source !== undefined) return elementsOf(source)
    const [dependency] = lineage.tag === 'shuffled' ? lineage.dependencies : []
    if (dependency?.kind === 'shuffle') return this.#afterShuffle(dependency)
    const given = lineage.dependencies.map(({ parent }) => this.#given(parent))
    const [first] = given
    // Whatever hands on what it is given.
    const isSame = lineage.tag === 'coalesce' || lineage.tag === 'sampled'
    return isSame && first !== undefined && given.length === 1 ? first : UNKNOWN
  }

  #afterShuffle(dependency: ShuffleDependency): Elements {
    const { kind } = combiningOf(dependency)
    const [key, value] = pairOf(this.#given(dependency.parent).element)
    const isKept = kind === 'none' || kind === 'first' || kind === 'reduce'
    const items: Element[] = [key, isKept ? value : UNKNOWN.element]
    const column = kindOfElement({ kind: 'tuple', items })
    return { ...elementsOf(column), isLookedAt: !isKnown(column) }
  }
}

/** The steps that take what comes of an operator, one after another in one loop. */
function followersOf(lineage: Lineage<unknown>, stage: readonly Lineage<unknown>[]): Step[] {
  const steps: Step[] = []
  for (let last: Lineage<unknown> | undefined = lineage; last && !last.about.isCached; ) {
    const next = stage.find(each => stepOf(each)?.parent === last)
    if (next !== undefined) steps.push(stepOf(next)!)
    last = next
  }
  return steps
}

const NOT_NUMBERS =
  'its function is called: there is a kernel where values are numbers, or arrays or objects of numbers, and the function gives the same of them'

const itself = (value: unknown): unknown => value
const NO_AGGREGATOR = {
  createCombiner: itself,
  mergeValue: itself,
  mergeCombiners: itself,
} as never

function obstacleIn({ roots }: Combining, recognised: Recognised): string {
  for (const root of roots) {
    if (typeof root.value !== 'function') continue
    const why = recognised.get(root)?.why
    if (why !== undefined) return `its function ${why()}`
  }
  return NOT_NUMBERS
}

function pairOf(element: Element): readonly [Element, Element] {
  return asPair(element, name => name, new LoopWriter())
}
