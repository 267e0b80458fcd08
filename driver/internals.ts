import type { Lineage } from '#publib/lineage'
import type { CachedBytes } from '#publib/status'
import type { ContextPlan } from './context-options.ts'
import type { Engine } from './engine.ts'
import type { LazyLog } from './lazy-log.ts'
import type { Jobs } from './operations/jobs.ts'
import type { Operation, Origin } from './operations/operation.ts'
import type { RDD } from './rdd.ts'
import type { SparkContext } from './spark-context.ts'

/** What RDD and SparkContext show each other and nobody else. Each fills in its part when its module is loaded. */
export interface Internals {
  /** An RDD of the user's, over a lineage that may be new. */
  newRdd<T>(context: SparkContext, lineage: Lineage<T>): RDD<T>
  lineageOf<T>(rdd: RDD<T>): Lineage<T>
  /** For tests: a context over an engine of their own. */
  newContext(plan: ContextPlan, engine: Engine, log?: LazyLog): SparkContext
  originOf(context: SparkContext): Origin
  jobsOf(context: SparkContext): Jobs
  /** How its operators run: `simspark.codegen.mode`. */
  codegenModeOf(context: SparkContext): string
  /** @throws CONTEXT_STOPPED */
  assertRunning(context: SparkContext, op: Operation): void
  /** Says that there is a lineage. */
  watch(context: SparkContext, lineage: Lineage<unknown>): void
  /** What of its cached RDDs is kept. */
  cachedBytesOf(context: SparkContext): readonly CachedBytes[]
  /** Remembers that it is cached. */
  keep(context: SparkContext, lineage: Lineage<unknown>): void
  /** Resolves when its blocks are gone; never rejects. */
  unkeep(context: SparkContext, lineage: Lineage<unknown>): Promise<void>
}

export const internals = {} as Internals
