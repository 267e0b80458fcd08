import type { StalledTask } from '#publib/protocol'
import type { ExecutorId } from '#publib/util'
import type { Progress } from './control-block.ts'
import type { LaunchedTasks } from './launched-tasks.ts'

/** Threads are asked so often how far they are. */
export const STALL_LOOK_MS = 5_000
/** A task that has not moved for so long is told of; again each time the time has doubled. */
const STALLED_MS = 30_000

export interface Stalled {
  readonly executorId: ExecutorId
  readonly progress: Progress
  readonly stalledMs: number
}

interface Seen {
  readonly progress: Progress
  readonly sinceMs: number
  tellAtMs: number
}

/** Tells slow tasks, which pass on records, from those that hang. Pure: told of time and of what threads say of themselves. */
export class StallWatch {
  readonly #seen = new Map<ExecutorId, Seen>()

  /** Looks at all executors; gives those that are to be told of now. */
  look(
    executors: ReadonlyMap<ExecutorId, { readonly progress: Progress }>,
    nowMs: number,
  ): readonly Stalled[] {
    for (const executorId of this.#seen.keys()) {
      if (!executors.has(executorId)) this.#seen.delete(executorId)
    }
    const stalled: Stalled[] = []
    for (const [executorId, { progress }] of executors) {
      const seen = this.#seen.get(executorId)
      if (seen === undefined || progress.phase === 'idle' || hasMoved(seen.progress, progress)) {
        this.#seen.set(executorId, { progress, sinceMs: nowMs, tellAtMs: nowMs + STALLED_MS })
      } else if (nowMs >= seen.tellAtMs) {
        const stalledMs = nowMs - seen.sinceMs
        seen.tellAtMs = nowMs + stalledMs
        stalled.push({ executorId, progress, stalledMs })
      }
    }
    return stalled
  }
}

/** As the driver is told; tasks that have ended meanwhile are left out. */
export function stalledTasks(
  stalled: readonly Stalled[],
  launched: LaunchedTasks,
): readonly StalledTask[] {
  return stalled.flatMap(({ executorId, stalledMs, progress: { taskId, records, phase } }) => {
    const task = launched.get(taskId)?.task
    if (task === undefined) return []
    const { stageId, partition } = task
    return [{ taskId, stageId, partition, executorId, records, phase, stalledMs }]
  })
}

function hasMoved(before: Progress, after: Progress): boolean {
  return (
    before.taskId !== after.taskId ||
    before.records !== after.records ||
    before.phase !== after.phase
  )
}
