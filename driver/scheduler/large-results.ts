import type { TaskId } from '#publib/util'

/** Results that come in pieces, before the end of their task is told. */
export class LargeResults {
  readonly #parts = new Map<TaskId, { readonly bytes: Uint8Array; receivedBytes: number }>()

  get size(): number {
    return this.#parts.size
  }

  has(taskId: TaskId): boolean {
    return this.#parts.has(taskId)
  }

  /** Room for a result of this size. */
  begin(taskId: TaskId, size: number): void {
    this.#parts.set(taskId, { bytes: new Uint8Array(size), receivedBytes: 0 })
  }

  /** Takes in a piece; pieces come in order, each once. Says whether it fits. */
  add(taskId: TaskId, offset: number, chunk: Uint8Array): boolean {
    const part = this.#parts.get(taskId)
    if (part === undefined) return false
    if (offset !== part.receivedBytes || offset + chunk.length > part.bytes.length) return false
    part.bytes.set(chunk, offset)
    part.receivedBytes += chunk.length
    return true
  }

  /** The whole result; undefined where there is none, or a piece is missing. */
  take(taskId: TaskId): Uint8Array | undefined {
    const part = this.#parts.get(taskId)
    this.#parts.delete(taskId)
    return part !== undefined && part.receivedBytes === part.bytes.length ? part.bytes : undefined
  }
}
