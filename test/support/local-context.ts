// Loads the context and RDDs, which fill in what they show each other.
import '#driver'
import { planContext } from '../../driver/context-options.ts'
import type { Engine } from '../../driver/engine.ts'
import type { Settings, SparkContext } from '../../driver/index.ts'
import { internals } from '../../driver/internals.ts'
import { LazyLog } from '../../driver/lazy-log.ts'
import { openEngine } from '../../driver/open-engine.ts'

export interface LocalContext {
  readonly sc: SparkContext
  readonly engine: Engine
  /** What the engine warned of. */
  readonly warnings: readonly string[]
}

/** A context over real executors, beside any other, with all its files below `folder`. */
export async function openLocalContext(
  folder: string,
  master = 'local[1]',
  conf: Settings = {},
): Promise<LocalContext> {
  const plan = planContext({ master, conf: { 'simspark.local.dir': folder, ...conf } })
  const warnings: string[] = []
  const silent = () => undefined
  const warn = (event: string) => void warnings.push(event)
  const log = Object.assign(new LazyLog('off'), { error: silent, warn, info: silent })
  const engine = await openEngine(plan, log)
  return { sc: internals.newContext(plan, engine, log), engine, warnings }
}
