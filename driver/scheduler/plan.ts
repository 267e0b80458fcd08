import type { Lineage, ShuffleDependency } from '#publib/lineage'
import type { ShuffleId } from '#publib/util'
import type { Bundling } from './bundling.ts'

/** A stage as the lineage alone shows it: what lies between two shuffles. */
export interface StageOutline {
  /** The last RDD of the stage. */
  readonly lineage: Lineage<unknown>
  /** The shuffle that the stage writes; undefined: it gives the results. */
  readonly dependency: ShuffleDependency | undefined
  /** The shuffles that it reads, each once. */
  readonly inputs: readonly ShuffleDependency[]
  /** All RDDs that its tasks compute, the last one first. */
  readonly chain: readonly Lineage<unknown>[]
}

/**
 * Cuts a lineage at its shuffles: parents before children, each shuffle once, the result stage last.
 * Walks with a stack of its own: lineages of iterative programs are longer than the call stack is deep.
 *
 * @param bundling puts small partitions together before a shuffle
 */
export function planStages(final: Lineage<unknown>, bundling?: Bundling): readonly StageOutline[] {
  const outlines: StageOutline[] = []
  const seen = new Set<ShuffleId>()
  const open = [{ outline: outlineOf(final, undefined), next: 0 }]
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const input = top.outline.inputs[top.next++]
    if (input === undefined) {
      outlines.push(top.outline)
      open.pop()
    } else if (!seen.has(input.shuffleId)) {
      seen.add(input.shuffleId)
      const written = bundling?.of(input) ?? input
      open.push({ outline: outlineOf(written.parent, written), next: 0 })
    }
  }
  return outlines
}

/** The shuffles that must be there to compute a stage, when RDDs under `isCut` are read from the cache. */
export function inputsNeeded(
  outline: StageOutline,
  isCut: (lineage: Lineage<unknown>) => boolean,
): readonly ShuffleDependency[] {
  if (!outline.chain.some(isCut)) return outline.inputs
  return walkNarrow(outline.lineage, isCut).inputs
}

function outlineOf(
  lineage: Lineage<unknown>,
  dependency: ShuffleDependency | undefined,
): StageOutline {
  return { lineage, dependency, ...walkNarrow(lineage, () => false) }
}

function walkNarrow(
  from: Lineage<unknown>,
  isCut: (lineage: Lineage<unknown>) => boolean,
): Pick<StageOutline, 'inputs' | 'chain'> {
  const chain: Lineage<unknown>[] = []
  let last = from
  // Most stages are chains: nothing is met twice as long as there is one way to go.
  for (; !isCut(last) && last.dependencies.length === 1; ) {
    const [dependency] = last.dependencies
    if (dependency?.kind !== 'narrow') break
    chain.push(last)
    last = dependency.parent
  }
  const rest = walkBranches(last, isCut)
  return { inputs: rest.inputs, chain: [...chain, ...rest.chain] }
}

function walkBranches(
  from: Lineage<unknown>,
  isCut: (lineage: Lineage<unknown>) => boolean,
): Pick<StageOutline, 'inputs' | 'chain'> {
  if (from.dependencies.length === 0 || isCut(from)) return { inputs: [], chain: [from] }
  const inputs = new Map<ShuffleId, ShuffleDependency>()
  const chain = new Set<Lineage<unknown>>([from])
  for (const lineage of chain) {
    if (isCut(lineage)) continue
    for (const dependency of lineage.dependencies) {
      if (dependency.kind === 'narrow') chain.add(dependency.parent)
      else inputs.set(dependency.shuffleId, dependency)
    }
  }
  return { inputs: [...inputs.values()], chain: [...chain] }
}
