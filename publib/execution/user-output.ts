import type { FromExecutorThread } from '#publib/protocol'
import type { TaskId } from '#publib/util'

/** One task writes at most so much; what it writes beyond is counted. */
const BYTES_MAX = 1 << 20
/** Gathered this far before it is posted. */
const POST_BYTES = 16 << 10

type Stream = 'stdout' | 'stderr'
type Write = (chunk: unknown, encoding?: unknown, done?: unknown) => boolean

/**
 * What user functions write to stdout and stderr of their thread: sent to the host with the task's id, bounded for each task,
 * and never mixed with another task's in the middle of a line.
 */
export class UserOutput {
  readonly #post: (message: FromExecutorThread) => void
  readonly #runningTask: () => TaskId | undefined
  #taskId: TaskId | undefined
  #waiting: Record<Stream, string> = { stdout: '', stderr: '' }
  #bytes = 0
  #droppedLines = 0

  constructor(post: (message: FromExecutorThread) => void, runningTask: () => TaskId | undefined) {
    this.#post = post
    this.#runningTask = runningTask
  }

  /** Takes the place of a stream's own `write`. */
  writer(stream: Stream): Write {
    return (chunk, encoding, done) => {
      this.#write(stream, typeof chunk === 'string' ? chunk : textOfChunk(chunk))
      const call = typeof encoding === 'function' ? encoding : done
      if (typeof call === 'function') queueMicrotask(() => call())
      return true
    }
  }

  /** Posts what waits. Called at the end of each task. */
  flush(): void {
    for (const stream of ['stdout', 'stderr'] as const) this.#send(stream)
    if (this.#droppedLines === 0) return
    const text = `… ${this.#droppedLines} more lines of this task are not shown: it wrote more than ${BYTES_MAX} bytes\n`
    this.#post({ type: 'output', taskId: this.#taskId, stream: 'stderr', text })
    this.#droppedLines = 0
  }

  #write(stream: Stream, text: string): void {
    const taskId = this.#runningTask()
    if (taskId !== this.#taskId) {
      this.flush()
      this.#taskId = taskId
      this.#bytes = 0
    }
    this.#bytes += text.length
    if (this.#bytes > BYTES_MAX) {
      this.#droppedLines += 1
      return
    }
    this.#waiting[stream] += text
    if (this.#waiting[stream].length >= POST_BYTES) this.#send(stream)
    // Nobody ends a task that does not run.
    else if (taskId === undefined) queueMicrotask(() => this.flush())
  }

  #send(stream: Stream): void {
    const text = this.#waiting[stream]
    this.#waiting[stream] = ''
    if (text !== '') this.#post({ type: 'output', taskId: this.#taskId, stream, text })
  }
}

function textOfChunk(chunk: unknown): string {
  return chunk instanceof Uint8Array ? Buffer.from(chunk).toString('utf8') : String(chunk)
}
