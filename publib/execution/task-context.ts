import { type ShippedAs, shipAs } from '#publib/closure/revive'
import type { StageDescription, TaskDescription, TaskMetrics } from '#publib/task'
import { currentTask } from './current-task.ts'

type CompletionListener = (context: TaskContext) => void
type FailureListener = (context: TaskContext, error: unknown) => void

/**
 * What a task knows of itself.
 *
 * @example rdd.map(x => [TaskContext.getPartitionId(), x])
 */
export class TaskContext {
  readonly stageId: number
  readonly stageAttemptNumber: number
  /** From 0, one more for each retry. */
  readonly attemptNumber: number
  /** Unique in the application. */
  readonly taskAttemptId: number
  readonly cpus = 1
  readonly taskMetrics: TaskMetrics
  readonly #properties: Readonly<Record<string, string>>
  /** Made when somebody asks: most tasks never do. */
  #abort: AbortController | undefined
  #interruption: Error | undefined
  readonly #completion: CompletionListener[] = []
  readonly #failure: FailureListener[] = []
  #isCompleted = false
  #partitionId: number
  #numPartitions: number
  #failedWith: { readonly error: unknown } | undefined

  constructor(task: TaskDescription, stage: StageDescription, metrics: TaskMetrics) {
    this.stageId = task.stageId
    this.stageAttemptNumber = task.stageAttempt
    this.#partitionId = task.partition
    this.#numPartitions = stage.numPartitions
    this.attemptNumber = task.attempt
    this.taskAttemptId = task.taskId
    this.taskMetrics = metrics
    this.#properties = stage.properties
  }

  /** There are none yet. */
  get resources(): ReadonlyMap<string, never> {
    return new Map<string, never>()
  }

  /** Undefined on the driver. */
  static get(): TaskContext | undefined {
    return currentTask()?.context
  }

  /** 0 on the driver. */
  static getPartitionId(): number {
    return TaskContext.get()?.partitionId ?? 0
  }

  /** The class itself, captured by a function: executors have one of their own. */
  static [shipAs](): ShippedAs {
    return { kind: 'TaskContext', data: undefined }
  }

  get partitionId(): number {
    return this.#partitionId
  }

  get numPartitions(): number {
    return this.#numPartitions
  }

  get isCompleted(): boolean {
    return this.#isCompleted
  }

  get isFailed(): boolean {
    return this.#failedWith !== undefined
  }

  get isInterrupted(): boolean {
    return this.#interruption !== undefined
  }

  /** Aborts when the task is to stop. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController()
      if (this.#interruption !== undefined) this.#abort.abort(this.#interruption)
    }
    return this.#abort.signal
  }

  getLocalProperty(key: string): string | undefined {
    return Object.hasOwn(this.#properties, key) ? this.#properties[key] : undefined
  }

  /** Called at the end, the last one first, all of them even if some throw; at once if the task has ended. */
  addTaskCompletionListener(listener: CompletionListener): this {
    if (this.#isCompleted) listener(this)
    else this.#completion.push(listener)
    return this
  }

  /** Called when the task fails, before the completion listeners. */
  addTaskFailureListener(listener: FailureListener): this {
    if (this.#failedWith !== undefined) listener(this, this.#failedWith.error)
    else this.#failure.push(listener)
    return this
  }

  /** Called by the executor: small partitions share a task, and one begins. */
  enterPartition(partitionId: number, numPartitions: number): void {
    this.#partitionId = partitionId
    this.#numPartitions = numPartitions
  }

  /** Called by the executor: the task is to stop. */
  interrupt(reason: Error): void {
    if (this.isInterrupted) return
    this.#interruption = reason
    this.#abort?.abort(reason)
  }

  /** Called by the executor: the work of the task threw. Gives what its listeners threw. */
  fail(error: unknown): readonly unknown[] {
    this.#failedWith = { error }
    return callAll(this.#failure, listener => listener(this, error))
  }

  /** Called by the executor at the end, however it ended. Gives what its listeners threw. */
  complete(): readonly unknown[] {
    this.#isCompleted = true
    return callAll(this.#completion, listener => listener(this))
  }
}

function callAll<L>(listeners: L[], call: (listener: L) => void): readonly unknown[] {
  const thrown: unknown[] = []
  for (let listener = listeners.pop(); listener !== undefined; listener = listeners.pop()) {
    try {
      call(listener)
    } catch (error) {
      thrown.push(error)
    }
  }
  return thrown
}
