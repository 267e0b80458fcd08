import type { AccumulatorDelta, FromExecutorThread } from '#publib/protocol'
import { emptyMetrics } from '#publib/task'
import type { Surroundings } from './surroundings.ts'
import { TaskAccumulators } from './task-accumulators.ts'
import { type Done, type ExecutorTables, TaskAttempt, type TaskRun } from './task-attempt.ts'
import { endOfThrown } from './task-outcome.ts'

// User code may put another in its place.
const OwnPromise = Promise

/** How a task ended, as its host is told. */
export type TaskEndedMessage = FromExecutorThread & { readonly type: 'taskEnded' }

/**
 * Runs one attempt to its end, whatever comes of it. Never rejects.
 *
 * @param settle resolves when what the work left behind has shown itself; rejects with what nobody awaited
 */
export async function runTask(
  run: TaskRun,
  tables: ExecutorTables,
  surroundings: Surroundings,
  settle: () => Promise<void>,
): Promise<TaskEndedMessage> {
  const shared = { metrics: emptyMetrics(), accumulators: new TaskAccumulators() }
  const { clock, usage } = surroundings
  const begunMs = clock.now()
  usage?.startGc()
  surroundings.control.begin(run.task.taskId)
  const done = await attempt(run, tables, surroundings, shared, settle)
  shared.metrics.gcTimeMs = usage?.gcMs(clock.now() - begunMs) ?? 0
  const told = withDeltas(done, shared.accumulators)
  shared.metrics.resultBytes = told.done.result?.length ?? 0
  surroundings.control.phase = 'idle'
  return {
    type: 'taskEnded',
    taskId: run.task.taskId,
    ...told.done,
    metrics: shared.metrics,
    accumulators: told.accumulators,
    cacheReads: tables.cached.takeReads(),
    lostClasses: tables.lostClasses.take(),
  }
}

async function attempt(
  run: TaskRun,
  tables: ExecutorTables,
  surroundings: Surroundings,
  shared: ConstructorParameters<typeof TaskAttempt>[4],
  settle: () => Promise<void>,
): Promise<Done> {
  let work: TaskAttempt | undefined
  let done: Done
  try {
    const startMs = surroundings.clock.now()
    const opened = tables.stages.open(run.task.stageId)
    // Awaited only where it must be: each wait costs more than an empty task.
    const stage = opened instanceof OwnPromise ? await opened : opened
    shared.metrics.executorDeserializeTimeMs = surroundings.clock.now() - startMs
    work = new TaskAttempt(run, stage, tables, surroundings, shared)
    done = await work.compute()
    await settle()
  } catch (error) {
    work?.fail(error)
    done = { end: endOfThrown(error) }
  }
  try {
    work?.close()
  } catch (error) {
    if (done.end.kind === 'success') done = { end: endOfThrown(error) }
  }
  return done
}

/** What was added travels too; what cannot be encoded of it fails the task. */
function withDeltas(
  done: Done,
  accumulators: TaskAccumulators,
): { done: Done; accumulators: readonly AccumulatorDelta[] } {
  try {
    return { done, accumulators: accumulators.deltas(done.end.kind !== 'success') }
  } catch (error) {
    return { done: { end: endOfThrown(error) }, accumulators: [] }
  }
}
