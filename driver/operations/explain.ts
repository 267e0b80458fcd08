import type { OperatorTier, Tiers } from '#publib/codegen/tiers'
import { Collect, type Lineage, recogniseStage, type StageWork } from '#publib/lineage'
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
    const head = `stage ${index + 1} of ${stages.length}, ${outline.lineage.numPartitions} partitions`
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

function linesOf(outline: StageOutline, tiers: Tiers): string[] {
  const { lineage, dependency, inputs, chain } = outline
  const work: StageWork =
    dependency === undefined
      ? { kind: 'result', action: new Collect() as never }
      : { kind: 'shuffleMap', dependency }
  const recognised = recogniseStage(lineage, work)
  const lines = [...chain].reverse().map(each => {
    const line = lineOf(describe(each.about), tiers.operator(each, recognised))
    const read = each.dependencies.find(({ kind }) => kind === 'shuffle')
    const input = inputs.find(other => other === read)
    const combined = input && tiers.combining(input, recognised)
    return combined === undefined ? line : `${line}\n    ${lineOf('combines values', combined)}`
  })
  const combined = dependency?.spec.mapSideCombine && tiers.combining(dependency, recognised)
  if (combined) lines.push(lineOf(`combines values for shuffle ${dependency?.shuffleId}`, combined))
  return lines
}

function lineOf(what: string, { tier, note }: OperatorTier): string {
  return `${what}: ${tier}${note === undefined ? '' : ` (${note})`}`
}
