import type { LaunchedTask, SourceData } from '#publib/protocol'
import type { TaskDescription } from '#publib/task'
import type { TaskId } from '#publib/util'

interface Launched {
  readonly task: TaskDescription
  readonly sources: readonly SourceData[]
}

/** What was sent with the tasks of a host that have not ended: a task whose thread ended is posted again. */
export class LaunchedTasks {
  readonly #tasks = new Map<TaskId, Launched>()

  put(tasks: readonly LaunchedTask[], payloads: readonly Uint8Array[]): void {
    for (const { task, sources } of tasks) {
      if (this.#tasks.has(task.taskId)) continue
      this.#tasks.set(task.taskId, {
        task,
        sources: sources.map(({ rddId, partition, fields, payload }) => ({
          ...{ rddId, partition, fields },
          // Its own bytes: a view would take the message of all tasks along to the thread.
          bytes: payload === undefined ? undefined : new Uint8Array(payloads[payload] ?? []),
        })),
      })
    }
  }

  get(taskId: TaskId): Launched | undefined {
    return this.#tasks.get(taskId)
  }

  delete(taskId: TaskId): void {
    this.#tasks.delete(taskId)
  }
}
