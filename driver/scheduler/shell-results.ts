import type { EndedTask } from '#publib/protocol'
import type { TaskEnd } from '#publib/task'
import type { TaskId } from '#publib/util'
import { SimSparkError } from '#publib/util'
import { LargeResults } from './large-results.ts'
import type { AccumulatorBytes } from './shell-dependencies.ts'

/** What ended tasks brought with them: kept until the turn in which their end is told is over. */
export class BroughtResults {
  readonly large = new LargeResults()
  readonly #ended = new Map<
    TaskId,
    { readonly task: EndedTask; readonly payloads: readonly Uint8Array[] }
  >()

  add(task: EndedTask, payloads: readonly Uint8Array[]): void {
    this.#ended.set(task.taskId, { task, payloads })
  }

  get(taskId: TaskId): EndedTask | undefined {
    return this.#ended.get(taskId)?.task
  }

  /** The result of a task that needed no encoding; undefined: it has another one. */
  plainOf(taskId: TaskId): { readonly value?: unknown } | undefined {
    const end = this.#ended.get(taskId)?.task.end
    return end?.kind === 'success' && end.result.kind === 'plain' ? end.result : undefined
  }

  /** The encoded result of a task. @throws INTERNAL where its host sent none */
  bytesOf(taskId: TaskId): Uint8Array {
    const brought = this.#ended.get(taskId)
    const payload = payloadOf(brought?.task.end)
    const bytes = this.large.take(taskId) ?? brought?.payloads[payload]
    if (bytes === undefined) {
      throw new SimSparkError('INTERNAL', `The result of attempt ${taskId} did not come whole.`)
    }
    return bytes
  }

  /** @throws INTERNAL where bytes are missing */
  accumulatorsOf(taskId: TaskId): readonly AccumulatorBytes[] {
    const brought = this.#ended.get(taskId)
    return (brought?.task.accumulators ?? []).map(({ accumulatorId, payload }) => {
      const bytes = brought?.payloads[payload]
      if (bytes !== undefined) return { accumulatorId, bytes }
      throw new SimSparkError('INTERNAL', `Updates of accumulator ${accumulatorId} did not come.`)
    })
  }

  /** The turn is over. */
  clear(): void {
    for (const taskId of this.#ended.keys()) this.large.take(taskId)
    this.#ended.clear()
  }
}

function payloadOf(end: TaskEnd | undefined): number {
  return end?.kind === 'success' && end.result.kind === 'value' ? end.result.payload : -1
}
