import { userCallSite } from '#publib/closure'
import type { SparkListener } from '#publib/status'
import { executorId, jobId, stageId, taskId } from '#publib/util'
import type { ContextPlan } from './context-options.ts'
import type { Engine } from './engine.ts'
import { cacheBytesOf, type ExecutorMemory, executorMemory } from './executor-memory.ts'
import { MarkedContext } from './marked-context.ts'
import { wholeNumber } from './operations/arguments.ts'
import { Operation, type Origin } from './operations/operation.ts'
import type { JobRunner } from './scheduler/job.ts'
import type { PoolInfo } from './scheduler/pools.ts'

/** How a context stops what is under way, and looks at it. */
export abstract class ContextControl extends MarkedContext {
  protected abstract readonly origin: Origin
  protected abstract readonly runner: JobRunner
  protected abstract readonly engine: Engine
  protected abstract readonly plan: ContextPlan

  // ─ Cancelling: the actions reject with JOB_CANCELLED, running tasks stop at once

  /** Cancels every job that is under way. */
  async cancelAllJobs(reason = 'all jobs were cancelled'): Promise<void> {
    this.operation('cancelAllJobs')
    this.runner.cancelJobs({ kind: 'all' }, reason)
  }

  /** Cancels one job. */
  async cancelJob(id: number, reason = 'the job was cancelled'): Promise<void> {
    const job = jobId(wholeNumber(this.operation('cancelJob'), 'jobId', id, 0))
    this.runner.cancelJobs({ kind: 'job', jobId: job }, reason)
  }

  /** Cancels the jobs that were started under this tag. */
  async cancelJobsWithTag(
    tag: string,
    reason = `jobs with tag ${tag} were cancelled`,
  ): Promise<void> {
    this.operation('cancelJobsWithTag')
    this.runner.cancelJobs({ kind: 'tag', tag }, reason)
  }

  /** Cancels the jobs that need a stage: those that share it, too. */
  async cancelStage(id: number, reason = `stage ${id} was cancelled`): Promise<void> {
    const stage = stageId(wholeNumber(this.operation('cancelStage'), 'stageId', id, 0))
    this.runner.cancelJobs({ kind: 'stage', stageId: stage }, reason)
  }

  /** Cancels the jobs of a group that are under way. */
  async cancelJobGroup(groupId: string, reason = `group ${groupId} was cancelled`): Promise<void> {
    this.operation('cancelJobGroup')
    this.runner.cancelJobs({ kind: 'group', groupId }, reason)
  }

  /** Cancels the jobs of a group, and every job of it that comes later. The last 1000 such groups are remembered. */
  async cancelJobGroupAndFutureJobs(
    groupId: string,
    reason = `group ${groupId} was cancelled`,
  ): Promise<void> {
    this.operation('cancelJobGroupAndFutureJobs')
    this.runner.cancelJobs({ kind: 'group', groupId, isLasting: true }, reason)
  }

  /**
   * Ends one attempt of a task; the task is tried again, and the attempt does not count as a failure.
   *
   * @param taskAttemptId as `TaskContext.taskAttemptId` and listeners tell it
   * @param interruptThread whether its thread is ended if it does not heed its signal; default true
   * @returns whether it ran, or waited on an executor
   * @example await sc.killTaskAttempt(event.task.taskAttemptId)
   */
  async killTaskAttempt(
    taskAttemptId: number,
    interruptThread = true,
    reason = 'the attempt was killed by the program',
  ): Promise<boolean> {
    const op = this.operation('killTaskAttempt')
    const id = taskId(wholeNumber(op, 'taskAttemptId', taskAttemptId, 0))
    return this.runner.killTaskAttempt(id, !interruptThread, reason)
  }

  // ─ Watching

  /** By executor id: what it may keep of cached partitions, and what of it is free; those of one process share alike. */
  getExecutorMemoryStatus(): ReadonlyMap<string, ExecutorMemory> {
    this.operation('getExecutorMemoryStatus')
    return executorMemory(this.engine.status, cacheBytesOf(this.plan))
  }

  /** Whether jobs get executors one after the other, or by fair pools: `simspark.scheduler.mode`. */
  getSchedulingMode(): 'FIFO' | 'FAIR' {
    return this.plan.scheduling.mode
  }

  /** Fair pools, also those that jobs brought into being; none in FIFO mode. */
  getAllPools(): readonly PoolInfo[] {
    this.operation('getAllPools')
    return this.engine.pools
  }

  /** The pool of that name; undefined: no job has named it, or the mode is FIFO. */
  getPoolForName(name: string): PoolInfo | undefined {
    this.operation('getPoolForName')
    return this.engine.pools.find(pool => pool.name === name)
  }

  /** A listener that throws harms nobody; none may call `stop`. */
  addSparkListener(listener: SparkListener): void {
    this.engine.addListener(listener)
  }

  removeSparkListener(listener: SparkListener): void {
    this.engine.removeListener(listener)
  }

  // ─ Executors

  /** Asks for so many more executors. Whether the wish was taken: not where their number is fixed, as in local mode. */
  async requestExecutors(additional: number): Promise<boolean> {
    const op = this.operation('requestExecutors')
    const count = wholeNumber(op, 'additional', additional, 0)
    this.engine.allocator?.requestMore(count)
    return this.engine.allocator !== undefined
  }

  /** Asks for so many executors in all. More come while tasks wait, idle ones go after a time, as ever. */
  async requestTotalExecutors(total: number): Promise<boolean> {
    const op = this.operation('requestTotalExecutors')
    const count = wholeNumber(op, 'total', total, 0)
    this.engine.allocator?.requestTotal(count)
    return this.engine.allocator !== undefined
  }

  /** Gives an executor back. Whether it was there. */
  async killExecutor(id: string): Promise<boolean> {
    const killed = await this.killExecutors([id])
    return killed.length > 0
  }

  /**
   * Gives executors back, also busy ones: their tasks run again elsewhere, and that does not count as a failure. Others take
   * their place while tasks wait.
   *
   * @returns which of them were there; none where their number is fixed, as in local mode
   */
  async killExecutors(executorIds: readonly string[]): Promise<string[]> {
    this.operation('killExecutors')
    return [...(this.engine.allocator?.release(executorIds.map(executorId)) ?? [])]
  }

  /** This call, with the user's line. @throws CONTEXT_STOPPED */
  protected operation(method: string): Operation {
    const op = new Operation(this.origin, 'sc', method, userCallSite(this.operation))
    this.assertRunning(op)
    return op
  }

  /** @throws CONTEXT_STOPPED */
  protected abstract assertRunning(op: Operation): void
}
