// Loads the context and RDDs, which fill in what they show each other.
import '#driver'
import { type Files, realClock } from '#publib/env'
import { StatusStore } from '#publib/status'
import { applicationId, SimSparkError } from '#publib/util'
import { AddedFiles } from '../../driver/added-files.ts'
import { type ContextPlan, planContext } from '../../driver/context-options.ts'
import type { Engine } from '../../driver/engine.ts'
import { internals } from '../../driver/internals.ts'
import { StatusTracker } from '../../driver/listener/status-tracker.ts'
import type { JobRequest, JobRunner } from '../../driver/scheduler/job.ts'
import type { SparkContext } from '../../driver/spark-context.ts'
import { Interpreter } from '../support/interpreter.ts'

/** The plan of every context here: settings by default, nothing of the environment's. */
export function simPlan(isSpeculating = true): ContextPlan {
  const conf = { 'simspark.speculation': isSpeculating }
  return planContext({ master: 'simspark://127.0.0.1:7077', appName: 'simulated', conf })
}

/** A context whose jobs the interpreter computes: what it gives is right by definition. */
export function referenceContext(): SparkContext {
  const plan = simPlan()
  return internals.newContext(plan, new ReferenceEngine())
}

class ReferenceEngine implements Engine {
  readonly application = {
    applicationId: applicationId('app-reference'),
    defaultParallelism: 2,
    executorsMax: undefined,
  }
  readonly runner: JobRunner = new InterpreterRunner()
  readonly files = noFiles
  readonly addedFiles = new AddedFiles({
    ...{ files: noFiles, applicationId: () => 'app-reference', localFolder: '/nowhere' },
  })
  readonly clock = realClock
  readonly startTime = 0
  readonly status = new StatusStore()
  readonly statusTracker = new StatusTracker(this.status)
  readonly pools = []
  readonly allocator = undefined

  addAccumulator(): void {}
  addBroadcast(): void {}
  async dropBroadcast(): Promise<void> {}
  cachedBytes = () => []
  async unpersist(): Promise<void> {}
  async dropShuffles(): Promise<void> {}
  addListener(): void {}
  removeListener(): void {}
  readonly isInListener = false
  async stop(): Promise<void> {}
}

class InterpreterRunner implements JobRunner {
  readonly #interpreter = new Interpreter()

  async runJob<T, R>({ lineage, action, partitions, onResult }: JobRequest<T, R>): Promise<void> {
    const results = await this.#interpreter.run(lineage, action, partitions)
    for (const [index, result] of results.entries()) onResult(index, result)
  }

  cancelJobs(): void {}
  killTaskAttempt(): boolean {
    return false
  }
}

const noFiles = new Proxy({} as Files, {
  get: () => {
    throw new SimSparkError('INTERNAL', 'the reference has no files')
  },
})
