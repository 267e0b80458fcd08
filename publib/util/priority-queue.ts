import { createRequire } from 'node:module'
import type { Heap } from 'heap-js'

type HeapClass = typeof Heap
const require = createRequire(import.meta.url)
/** Loaded by the first queue: most processes have none. */
let loaded: HeapClass | undefined

function heapClass(): HeapClass {
  loaded ??= (require('heap-js') as { readonly Heap: HeapClass }).Heap
  return loaded
}

/**
 * A min-heap under `compare`; equal elements leave in the order they came (heap-js alone does not promise it).
 *
 * @example
 * const queue = new PriorityQueue<Worker>((a, b) => a.busy - b.busy)
 * queue.push(worker); const least = queue.pop()
 */
export class PriorityQueue<T> {
  readonly #heap: Heap<{ readonly value: T; readonly sequence: number }>
  #sequence = 0

  constructor(compare: (a: T, b: T) => number) {
    this.#heap = new (heapClass())((a, b) => compare(a.value, b.value) || a.sequence - b.sequence)
  }

  get size(): number {
    return this.#heap.length
  }

  push(value: T): void {
    this.#heap.push({ value, sequence: this.#sequence++ })
  }

  /** The least element, which stays. */
  peek(): T | undefined {
    return this.#heap.peek()?.value
  }

  /** The least element, which leaves. */
  pop(): T | undefined {
    return this.#heap.pop()?.value
  }

  /** Takes out the least and puts `value` in: cheaper than pop and push. */
  replace(value: T): T | undefined {
    return this.#heap.replace({ value, sequence: this.#sequence++ })?.value
  }

  clear(): void {
    this.#heap.clear()
  }
}
