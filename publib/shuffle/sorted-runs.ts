import { decodeBatch, encodeBatches } from '#publib/serialization'
import { PriorityQueue } from '#publib/util'
import type { SpillEnvironment } from './environment.ts'
import { spillDamaged } from './errors.ts'
import { type Extent, SpillFile } from './spill-file.ts'

/** A record as it is sorted and spilled: what it is sorted by stands in it. */
export type Row = readonly unknown[]

/** The most runs that are merged at once: each holds one decoded block in memory. */
const RUNS_MERGED_MAX = 64
const BLOCK_ROWS = 2048

/** Sorted runs in files, and their merge. Equal rows keep the order of the runs, and their order in a run. */
export class SortedRuns {
  readonly #env: SpillEnvironment
  readonly #compare: (a: Row, b: Row) => number
  #runs: Run[] = []

  constructor(env: SpillEnvironment, compare: (a: Row, b: Row) => number) {
    this.#env = env
    this.#compare = compare
  }

  get count(): number {
    return this.#runs.length
  }

  /** Writes a run of rows that are sorted. `memoryBytes` is what they took, for the metrics. */
  add(rows: Iterable<Row>, memoryBytes: number): void {
    this.#env.metrics.memorySpilledBytes += Math.round(memoryBytes)
    const run = new Run(this.#env)
    this.#runs.push(run)
    run.write(rows)
  }

  /** All rows in order, those of `last` (sorted, in memory) behind equal ones of the runs. Removes the files at its end. */
  *merge(last: readonly Row[]): Generator<Row> {
    try {
      while (this.#runs.length > RUNS_MERGED_MAX) this.#mergeFirst()
      const sources = this.#runs.map(run => run.rows())
      yield* mergeSorted([...sources, last.values()], this.#compare)
    } finally {
      this.close()
    }
  }

  close(): void {
    for (const run of this.#runs) run.remove()
    this.#runs = []
  }

  /** Neighbours become one run, so that the order of runs stays. */
  #mergeFirst(): void {
    const merged: Run[] = []
    for (let start = 0; start < this.#runs.length; start += RUNS_MERGED_MAX) {
      const some = this.#runs.slice(start, start + RUNS_MERGED_MAX)
      const run = new Run(this.#env)
      merged.push(run)
      run.write(
        mergeSorted(
          some.map(one => one.rows()),
          this.#compare,
        ),
      )
      for (const one of some) one.remove()
    }
    this.#runs = merged
  }
}

class Run {
  readonly #file: SpillFile
  readonly #env: SpillEnvironment
  readonly #blocks: Extent[] = []

  constructor(env: SpillEnvironment) {
    this.#env = env
    this.#file = new SpillFile(env)
  }

  write(rows: Iterable<Row>): void {
    let block: Row[] = []
    for (const row of rows) {
      block.push(row)
      if (block.length === BLOCK_ROWS) {
        this.#append(block)
        block = []
      }
    }
    if (block.length > 0) this.#append(block)
    this.#file.close()
  }

  *rows(): Generator<Row> {
    for (const extent of this.#blocks) {
      const bytes = this.#file.read(extent)
      let rows: Row[]
      try {
        rows = decodeBatch(bytes) as Row[]
      } catch (error) {
        throw spillDamaged(this.#file.path, error)
      }
      yield* rows
    }
  }

  remove(): void {
    this.#file.remove()
  }

  #append(rows: readonly Row[]): void {
    this.#env.checkCancelled()
    for (const bytes of encodeBatches(rows)) this.#blocks.push(this.#file.append(bytes))
  }
}

/** Merges sorted iterators; of equal rows those of earlier iterators come first. Ends whatever `compare` says. */
function* mergeSorted(
  sources: readonly Iterator<Row>[],
  compare: (a: Row, b: Row) => number,
): Generator<Row> {
  const queue = new PriorityQueue<Head>((a, b) => compare(a.row, b.row) || a.order - b.order)
  for (const [order, source] of sources.entries()) {
    const first = source.next()
    if (first.done !== true) queue.push({ row: first.value, order, source })
  }
  for (let head = queue.peek(); head !== undefined; head = queue.peek()) {
    const { row, order, source } = head
    const next = source.next()
    if (next.done === true) queue.pop()
    else queue.replace({ row: next.value, order, source })
    yield row
  }
}

interface Head {
  readonly row: Row
  readonly order: number
  readonly source: Iterator<Row>
}
