import type { OperatorTier, Tiers } from '#publib/codegen/tiers'
import {
  Collect,
  combiningOf,
  type Lineage,
  recogniseStage,
  Shuffled,
  type StageWork,
} from '#publib/lineage'
import { planStages, type StageOutline } from '../scheduler/plan.ts'
import { describe } from './describe.ts'

/**
 * How the operators of a lineage run, stage by stage, parents first: `kernel`, `loop` or `as written`, and why. The lineage is
 * prepared. Nothing runs.
 */
export async function explained(top: Lineage<unknown>, mode: string): Promise<string> {
  // Only who asks pays for what knows the tiers.
  const { Tiers } = await import('#publib/codegen/tiers')
  const tiers = new Tiers()
  const stages = planStages(top)
  const texts = stages.map((outline, index) => {
    const { numPartitions } = outline.lineage
    const partitions = numPartitions === 1 ? '1 partition' : `${numPartitions} partitions`
    const head = `stage ${index + 1} of ${stages.length}, ${partitions}`
    return [head, ...linesOf(outline, tiers)].join('\n  ')
  })
  if (mode !== 'kernels') texts.unshift(`${modeText(mode)} With kernels it would be:`)
  return texts.join('\n')
}

function modeText(mode: string): string {
  return `simspark.codegen.mode is ${mode}: ${
    mode === 'plain' ? 'all operators run as written' : 'no operator gets a kernel'
  }.`
}

function linesOf({ lineage, dependency }: StageOutline, tiers: Tiers): string[] {
  const work: StageWork =
    dependency === undefined
      ? { kind: 'result', action: new Collect() as never }
      : { kind: 'shuffleMap', dependency }
  const recognised = recogniseStage(lineage, work)
  const lines: string[] = []
  const stage = [...parentsFirst(lineage)]
  for (const each of stage) {
    lines.push(lineOf(describe(each.about), tiers.operator(each, recognised, stage)))
    if (!(each instanceof Shuffled)) continue
    const combined = tiers.combining(each.options.combining, each.parent, recognised)
    if (combined !== undefined) lines.push(`  ${lineOf('combines values', combined)}`)
  }
  if (dependency?.spec.mapSideCombine) {
    const combined = tiers.combining(combiningOf(dependency), lineage, recognised)
    if (combined)
      lines.push(lineOf(`combines values for shuffle ${dependency.shuffleId}`, combined))
  }
  return lines
}

/** The operators of a stage; without recursion, for lineages are deep where programs loop. */
function parentsFirst(top: Lineage<unknown>): Iterable<Lineage<unknown>> {
  const ordered = new Set<Lineage<unknown>>()
  const open = [top]
  for (let lineage = open.at(-1); lineage !== undefined; lineage = open.at(-1)) {
    const missing = lineage.dependencies
      .filter(({ kind, parent }) => kind === 'narrow' && !ordered.has(parent))
      .map(({ parent }) => parent)
    if (missing.length > 0) open.push(...missing)
    else {
      open.pop()
      ordered.add(lineage)
    }
  }
  return ordered
}

function lineOf(what: string, { tier, note }: OperatorTier): string {
  return `${what}: ${tier}${note === undefined ? '' : ` (${note})`}`
}
