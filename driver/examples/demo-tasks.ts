import type { SparkListener } from 'simspark'

interface Ended {
  readonly stageId: number
  readonly partition: number
  readonly attempt: number
  readonly executorId: string
  readonly error: string | undefined
}

/** What the demo hears of tasks. */
export class TaskLog {
  #tasks: Ended[] = []
  #jobs = 0
  #lastStarted = ''
  #whenOver: (() => void) | undefined

  readonly listener: SparkListener = {
    onJobStart: () => {
      this.#jobs++
    },
    onJobEnd: () => {
      this.#jobs--
      if (this.#jobs === 0) this.#whenOver?.()
    },
    onTaskStart: ({ task }) => {
      this.#lastStarted = task.executorId
    },
    onTaskEnd: ({ stageId, task, error }) => {
      const { partition, attemptNumber, executorId } = task
      const why = error === undefined ? undefined : firstLine(error.message)
      this.#tasks.push({ stageId, partition, attempt: attemptNumber, executorId, error: why })
    },
  }

  /** The executor that began a task last. */
  get lastStarted(): string {
    return this.#lastStarted
  }

  /** Resolves when every job that began has been told to have ended: listeners hear of it shortly after the action. */
  settled(): Promise<void> {
    return new Promise(resolve => {
      this.#whenOver = resolve
      if (this.#jobs === 0) resolve()
    })
  }

  /** Attempts that gave a result; one that was moved to another executor before it began is not counted twice. */
  get ended(): number {
    return this.#succeeded.length
  }

  get #succeeded(): readonly Ended[] {
    return this.#tasks.filter(task => task.error === undefined)
  }

  clear(): void {
    this.#tasks = []
  }

  /** `worker-4f2a/0: 12 tasks`, by executor; of those that gave a result. */
  byExecutor(): string[] {
    const counts = new Map<string, number>()
    for (const { executorId } of this.#succeeded) {
      counts.set(executorId, (counts.get(executorId) ?? 0) + 1)
    }
    return [...counts].sort().map(([id, n]) => `${id}: ${n} ${n === 1 ? 'task' : 'tasks'}`)
  }

  /** The attempts that failed, and where their partitions were computed in the end. */
  repeated(): string[] {
    const failed = this.#tasks.filter(task => task.error !== undefined)
    if (failed.length === 0) return ['none']
    return failed.map(({ stageId, partition, attempt, executorId, error }) => {
      const again = this.#tasks.find(
        task =>
          task.stageId === stageId && task.partition === partition && task.error === undefined,
      )
      const where = again ? `attempt ${again.attempt} on ${again.executorId}` : 'not repeated'
      return `stage ${stageId} partition ${partition}: attempt ${attempt} on ${executorId} (${error}) → ${where}`
    })
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.slice(0, 200) ?? ''
}
