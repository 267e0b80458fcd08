import { SimSparkError } from '#publib/util'
import type { ContextPlan } from './context-options.ts'
import type { Engine } from './engine.ts'

/** The engine that a plan's master asks for. */
export function openEngine(plan: ContextPlan): Promise<Engine> {
  throw new SimSparkError('INTERNAL', `no backend for ${plan.master}`)
}
