import { type Clock, type Files, realClock, realRandom } from '#publib/env'
import type { Lineage, Preparation } from '#publib/lineage'
import { describeCallSite, type ShuffleId, SimSparkError } from '#publib/util'
import { type CheckpointSurroundings, Checkpoints } from './checkpoints.ts'
import { DriverFolder } from './driver-folder.ts'
import { cancelledBefore } from './errors.ts'
import type { JobMarks } from './job-marks.ts'
import type { StatusTracker } from './listener/status-tracker.ts'
import { POOL_PROPERTY } from './marked-context.ts'
import type { Job, Jobs } from './operations/jobs.ts'
import type { Operation } from './operations/operation.ts'
import { prepare } from './operations/prepare.ts'
import type { ActionOptions } from './options.ts'
import type { JobRequest, JobRunner } from './scheduler/job.ts'

export interface JobSurroundings {
  readonly applicationId: string
  readonly runner: JobRunner
  readonly files: Files
  readonly localFolders: readonly string[] | undefined
  readonly clock: Clock
  readonly marks: JobMarks
  readonly statusTracker: StatusTracker
  readonly tasksAtOnceMax: number | undefined
  /** What jobs wait for that start now; undefined: nothing. */
  whenReady(): Promise<void> | undefined
  dropShuffles(shuffleIds: readonly ShuffleId[]): Promise<void>
  /** What an action is told that a stop cut off. */
  whenStopped(op: Operation, cause: unknown): Error
  /** What checkpoints need beside it. */
  readonly checkpoints: Pick<CheckpointSurroundings, 'onStandIn' | 'warn'>
}

/** Runs the jobs of a context: prepares lineages, then hands them to the scheduler with the marks that hold where the action was called. */
export class ContextJobs implements Jobs {
  readonly checkpoints: Checkpoints
  readonly #surroundings: JobSurroundings
  readonly #folder: DriverFolder
  #outputs = 0
  /** Files of shuffles that are being deleted: a job that makes them anew waits for it. */
  #cleaning: Promise<void> = Promise.resolve()

  constructor(surroundings: JobSurroundings) {
    this.#surroundings = surroundings
    const { applicationId, files, localFolders, checkpoints } = surroundings
    this.#folder = new DriverFolder({ clock: realClock, random: realRandom, files }, localFolders)
    this.checkpoints = new Checkpoints({ applicationId, files, ...checkpoints })
  }

  /** Deletes what was kept on disk. */
  close(): Promise<void> {
    return this.#folder.remove()
  }

  get files(): Files {
    return this.#surroundings.files
  }

  get clock(): Clock {
    return this.#surroundings.clock
  }

  nextOutputId(): string {
    return `${this.#surroundings.applicationId}-${this.#outputs++}`
  }

  async prepare(lineage: Lineage<unknown>, op: Operation, options: ActionOptions): Promise<void> {
    if (lineage.isPrepared) return
    await prepare(lineage, this.#preparation(op, options))
  }

  /** Deletes what shuffles have written; they are made anew when a job needs them. */
  async cleanShuffles(shuffleIds: readonly ShuffleId[]): Promise<void> {
    if (shuffleIds.length === 0) return
    const cleaned = this.#surroundings.dropShuffles(shuffleIds)
    this.#cleaning = Promise.all([this.#cleaning, cleaned]).then(() => undefined)
    await this.#cleaning
  }

  async run<T, R>(job: Job<T, R>): Promise<void> {
    await this.#run(job)
    const { op, lineage, options } = job
    const { signal } = options
    await this.checkpoints.afterJob(lineage, op, async (written, write, name, partitions) => {
      const results: never[] = []
      const onResult = (index: number, result: unknown): void => {
        results[index] = result as never
      }
      const asked = { op, lineage: written, action: write, options: { signal }, partitions, name }
      await this.#run({ ...asked, onResult })
      return results
    })
  }

  async #run<T, R>(job: Job<T, R>): Promise<void> {
    const { op, lineage, action, options, onResult } = job
    await this.#cleaning
    refuseAborted(op, options)
    if (!lineage.isPrepared) {
      await this.prepare(lineage, op, options)
      refuseAborted(op, options)
    }
    const ready = this.#surroundings.whenReady()
    if (ready !== undefined) {
      await ready
      refuseAborted(op, options)
    }
    const partitions =
      job.partitions ?? Array.from({ length: lineage.numPartitions }, (_, index) => index)
    // There is nothing to ask of anybody.
    if (partitions.length === 0) return
    const { marks, runner } = this.#surroundings
    const { groupId, description, tags, properties, callSite, interruptOnCancel } = marks.current
    const request: JobRequest<T, R> = {
      lineage,
      action,
      partitions,
      onResult,
      callSite: op.callSite,
      operation: callSite ?? nameOf(op, job.name),
      description,
      groupId,
      tags: [...tags],
      pool: properties[POOL_PROPERTY],
      isGentle: interruptOnCancel === false,
      properties,
      signal: options.signal,
      onProgress: this.#progress(options),
    }
    try {
      await runner.runJob<T, R>(request)
    } catch (error) {
      throw isStopped(error) ? this.#surroundings.whenStopped(op, error) : error
    }
  }

  #progress({ onProgress }: ActionOptions): JobRequest<unknown, unknown>['onProgress'] {
    if (onProgress === undefined) return undefined
    const { statusTracker } = this.#surroundings
    return ({ jobId, ...tasks }) => {
      const stageIds = statusTracker.getJobInfo(jobId)?.stageIds ?? []
      const stages = stageIds.map(id => statusTracker.getStageInfo(id))
      onProgress({ jobId, tasks, stages: stages.filter(stage => stage !== undefined) })
    }
  }

  #preparation(op: Operation, options: ActionOptions): Preparation {
    const { files, tasksAtOnceMax } = this.#surroundings
    return {
      files,
      folder: () => this.#folder.path(),
      signal: options.signal,
      tasksAtOnceMax,
      runJob: async (lineage, action, name) => {
        const results: never[] = []
        const onResult = (index: number, result: unknown): void => {
          results[index] = result as never
        }
        await this.run({ op, lineage, action, options, onResult, name })
        return results
      },
    }
  }
}

/** `collect at main.ts:12`; a sub-job says what it is for: `sample of ranges for collect at main.ts:12`. */
function nameOf({ method, callSite }: Operation, subJob: string | undefined): string {
  const action = callSite === undefined ? method : `${method} at ${describeCallSite(callSite)}`
  return subJob === undefined ? action : `${subJob} for ${action}`
}

function refuseAborted({ operation, callSite }: Operation, { signal }: ActionOptions): void {
  if (signal?.aborted) throw cancelledBefore(operation, callSite, signal.reason)
}

function isStopped(error: unknown): boolean {
  return error instanceof SimSparkError && error.code === 'CONTEXT_STOPPED'
}
