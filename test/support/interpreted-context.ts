import { realClock, realFiles } from '#publib/env'
import type { Broadcast, MergingAccumulator } from '#publib/execution'
import { StatusStore } from '#publib/status'
import { applicationId, type BroadcastId, type RddId, SimSparkError } from '#publib/util'
import { AddedFiles } from '../../driver/added-files.ts'
import { planContext } from '../../driver/context-options.ts'
import type { Engine } from '../../driver/engine.ts'
import '../../driver/index.ts'
import { internals } from '../../driver/internals.ts'
import { StatusTracker } from '../../driver/listener/status-tracker.ts'
import type { JobRequest, JobRunner } from '../../driver/scheduler/job.ts'
import type { SparkContext } from '../../driver/spark-context.ts'
import { Interpreter } from './interpreter.ts'

/** A context whose jobs the interpreter runs, and what it has seen of them. */
export interface InterpretedContext {
  readonly sc: SparkContext
  readonly interpreter: Interpreter
  readonly jobs: readonly JobRequest<unknown, unknown>[]
  readonly unpersisted: readonly RddId[]
  readonly stopCodes: readonly (number | undefined)[]
  /** What was asked of `cancelJobs` and `killTaskAttempt`. */
  readonly cancelled: readonly unknown[]
}

/** `ships`: every stage travels through its encoding. */
export function interpretedContext(
  options: { readonly ships?: boolean; readonly parallelism?: number } = {},
): InterpretedContext {
  const interpreter = new Interpreter(options)
  const jobs: JobRequest<unknown, unknown>[] = []
  const unpersisted: RddId[] = []
  const stopCodes: (number | undefined)[] = []
  const cancelled: unknown[] = []
  const status = new StatusStore()
  const applicationIdOf = () => 'app-interpreted'
  const addedFiles = new AddedFiles({
    ...{ files: realFiles, applicationId: applicationIdOf, localFolder: undefined },
  })
  const engine: Engine = {
    application: {
      applicationId: applicationId('app-interpreted'),
      defaultParallelism: options.parallelism ?? 2,
      executorsMax: undefined,
    },
    startTime: 0,
    runner: runnerOf(interpreter, jobs, cancelled),
    files: realFiles,
    ...{
      status,
      statusTracker: new StatusTracker(status),
      pools: [],
      addedFiles,
      allocator: undefined,
    },
    clock: realClock,
    addAccumulator: (_accumulator: MergingAccumulator) => {},
    addBroadcast: (_broadcast: Broadcast<unknown>) => {},
    dropBroadcast: async (_id: BroadcastId) => {},
    cachedBytes: () => [],
    unpersist: async id => {
      unpersisted.push(id)
    },
    dropShuffles: async () => {},
    addListener: () => {},
    removeListener: () => {},
    isInListener: false,
    stop: async exitCode => {
      stopCodes.push(exitCode)
    },
  }
  const plan = planContext({ master: 'local[2]', appName: 'interpreted' })
  const sc = internals.newContext(plan, engine)
  return { sc, interpreter, jobs, unpersisted, stopCodes, cancelled }
}

function runnerOf(
  interpreter: Interpreter,
  jobs: JobRequest<unknown, unknown>[],
  cancelled: unknown[],
): JobRunner {
  return {
    runJob: async request => {
      jobs.push(request as unknown as JobRequest<unknown, unknown>)
      const { lineage, action, partitions, onResult, signal, callSite } = request
      const cancelled = (): SimSparkError =>
        new SimSparkError('JOB_CANCELLED', 'cancelled', { cause: signal?.reason, callSite })
      const results = await interpreter.run(lineage, action, partitions)
      if (signal?.aborted) throw cancelled()
      results.forEach((result, index) => {
        onResult(index, result)
      })
    },
    cancelJobs: (which, reason) => void cancelled.push([which, reason]),
    killTaskAttempt: (...killed) => {
      cancelled.push(killed)
      return true
    },
  }
}
