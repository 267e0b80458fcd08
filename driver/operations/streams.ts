import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'

/** Elements as a Node stream, asked for as they are consumed. */
export function nodeStream<T>(elements: AsyncGenerator<T, void, undefined>): Readable {
  return Readable.from(elements, { objectMode: true })
}

/** Elements as a web stream, asked for as they are consumed. */
export function webStream<T>(elements: AsyncGenerator<T, void, undefined>): ReadableStream<T> {
  // The global one is loaded when it is first used.
  return new globalThis.ReadableStream<T>(
    {
      async pull(controller) {
        const step = await elements.next()
        if (step.done === true) controller.close()
        else controller.enqueue(step.value)
      },
      async cancel() {
        await elements.return()
      },
    },
    { highWaterMark: 0 },
  )
}
