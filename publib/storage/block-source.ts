import type { BlockRange } from '#publib/blocks'

/** Where a host gets map output of other workers from. What is under way is bounded by the credit of the reader. */
export interface BlockSource {
  /** Begins to fetch; `onPart` is called as parts come, those of one range in order, never before this has returned. */
  fetch(requests: readonly BlockRange[], onPart: (part: RangePart) => void): RangeFetch
  close(): void
}

/** A piece of the range `requests[index]`, or why it cannot be had; the latter is the last of its range. */
export type RangePart =
  | { readonly index: number; readonly bytes: Uint8Array; readonly isLast: boolean }
  | { readonly index: number; readonly error: string }

export interface RangeFetch {
  /** The reader has done with so many bytes: as many may come. */
  consumed(bytes: number): void
  /** Gives up what is still under way. */
  close(): void
}

/** Where there is no other worker: every map output is a file of this machine, and readers find it there. */
export const noOtherWorkers: BlockSource = {
  fetch(requests, onPart) {
    let isOpen = true
    queueMicrotask(() => {
      for (const [index, { location }] of requests.entries()) {
        const error = `worker ${location.workerId} is not of this machine, and in local mode there is no other`
        if (isOpen) onPart({ index, error })
      }
    })
    return {
      consumed: () => undefined,
      close() {
        isOpen = false
      },
    }
  },
  close: () => undefined,
}
