import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { BlockRange } from '#publib/blocks'
import type {
  FromExecutorThread,
  HostAnswer,
  HostCall,
  RoomAnswer,
  RoomRequest,
} from '#publib/protocol'
import type { FetchedPart } from '#publib/shuffle'
import type { ControlBlock } from './control-block.ts'

/** A thread that stands still looks this often whether it is to stop, were a wake-up lost. */
const WAIT_MS = 500

/**
 * What a thread asks of its host while it stands still: it posts the question, waits on shared memory, and takes the answers
 * from a port that nobody else reads. A round trip costs some 80 µs; blocks of 1 MiB pass at 0.9 GB/s.
 */
export class HostCalls {
  readonly #post: (message: FromExecutorThread) => void
  readonly #answers: MessagePort
  readonly #control: ControlBlock
  /** Answers to calls that are open beside the one that is read. */
  readonly #inbox = new Map<number, HostAnswer[]>()
  #lastCallId = 0

  constructor(
    post: (message: FromExecutorThread) => void,
    answers: MessagePort,
    control: ControlBlock,
  ) {
    this.#post = post
    this.#answers = answers
    this.#control = control
  }

  *fetch(requests: readonly BlockRange[], checkCancelled: () => void): Generator<FetchedPart> {
    const callId = this.#open()
    this.#call({ kind: 'fetch', callId, requests })
    try {
      for (let left = requests.length; left > 0; ) {
        const answer = this.#next(callId, checkCancelled)
        if (answer.kind === 'part') {
          const { index, bytes, isLast } = answer
          if (isLast) left -= 1
          yield { index, bytes, isLast }
          this.#call({ kind: 'consumed', callId, bytes: bytes.length })
        } else if (answer.kind === 'failed') {
          left -= 1
          yield { index: answer.index, error: answer.error }
        }
      }
    } finally {
      this.#inbox.delete(callId)
      this.#call({ kind: 'close', callId })
    }
  }

  makeRoom(request: RoomRequest): RoomAnswer {
    const callId = this.#open()
    this.#call({ kind: 'makeRoom', callId, request })
    const answer = this.#next(callId, () => undefined)
    this.#inbox.delete(callId)
    return answer.kind === 'room' ? answer.answer : { isGranted: false, toDisk: [] }
  }

  #open(): number {
    const callId = ++this.#lastCallId
    this.#inbox.set(callId, [])
    return callId
  }

  #call(call: HostCall): void {
    this.#post({ type: 'call', call })
  }

  #next(callId: number, checkCancelled: () => void): HostAnswer {
    this.#control.phase = 'waiting'
    try {
      for (;;) {
        const seen = this.#control.answers
        this.#takeAnswers()
        const answer = this.#inbox.get(callId)?.shift()
        if (answer !== undefined) return answer
        checkCancelled()
        this.#control.waitForAnswer(seen, WAIT_MS)
      }
    } finally {
      this.#control.phase = 'running'
    }
  }

  #takeAnswers(): void {
    for (
      let received = receiveMessageOnPort(this.#answers);
      received !== undefined;
      received = receiveMessageOnPort(this.#answers)
    ) {
      const answer = received.message as HostAnswer
      // Those of calls that were closed meanwhile are of use to nobody.
      this.#inbox.get(answer.callId)?.push(answer)
    }
  }
}
