import {
  batched,
  type ComputeContext,
  iterableOf,
  notANumber,
  notAPair,
  type Root,
  refusePromise,
} from '#publib/lineage/tasks'
import { notAPair as notAPairToShuffle } from '#publib/shuffle'
import { copyValue, hashString, hashValue } from '#publib/util'

/** Longer texts are iterated piece by piece. */
const WHOLE_TEXT_MAX = 1 << 16

/** What generated text calls by name, for one partition of one task. */
export class LoopHelpers {
  readonly refusePromise = refusePromise
  readonly notAPair = notAPair
  readonly notAPairToShuffle = notAPairToShuffle
  readonly notANumber = notANumber
  readonly hashString = hashString
  readonly hashValue = hashValue
  readonly copyValue = copyValue
  readonly check: () => void
  /** Those that are being read, the innermost last. */
  readonly #open: Chunks[] = []

  constructor(context: Pick<ComputeContext, 'checkCancelled'>) {
    this.check = () => context.checkCancelled()
  }

  /** What a function gave, as one array, if that is a small thing to make. */
  whole(result: unknown): readonly unknown[] | undefined {
    // By characters, as iterating does.
    return typeof result === 'string' && result.length <= WHOLE_TEXT_MAX ? [...result] : undefined
  }

  /** What a function gave, some thousand elements at a time. @throws NOT_ITERABLE, UNEXPECTED_PROMISE */
  chunks(result: unknown, root: Root): Chunks {
    const chunks = new Chunks(batched(iterableOf(result, root)), this.#open, this.check)
    this.#open.push(chunks)
    return chunks
  }

  /** Leaves what is still being read. Where something has failed already, that stays the error. */
  close(hasFailed: boolean): void {
    for (let last = this.#open.pop(); last !== undefined; last = this.#open.pop()) {
      try {
        last.close()
      } catch (error) {
        if (!hasFailed) throw error
      }
    }
  }
}

class Chunks {
  readonly #batches: Generator<readonly unknown[]>
  readonly #open: Chunks[]
  readonly #check: () => void

  constructor(batches: Generator<readonly unknown[]>, open: Chunks[], check: () => void) {
    this.#batches = batches
    this.#open = open
    this.#check = check
  }

  next(): readonly unknown[] | undefined {
    this.#check()
    const step = this.#batches.next()
    if (step.done !== true) return step.value
    // The innermost is read to its end first.
    this.#open.pop()
    return undefined
  }

  close(): void {
    this.#batches.return(undefined)
  }
}
