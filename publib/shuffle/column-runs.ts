import { type Column, rowsOf, slicesOf } from '#publib/columnar'
import { decodeColumn, encodeColumn } from '#publib/serialization'
import { mergeColumns, type SortedBlock, type SortedSource } from './column-merge.ts'
import type { SpillEnvironment } from './environment.ts'
import { spillDamaged } from './errors.ts'
import { type Extent, SpillFile } from './spill-file.ts'

/** The most runs that are merged at once: each holds one decoded block in memory. */
const RUNS_MERGED_MAX = 64
const BLOCK_ROWS = 4096

/** Sorted columns, in memory or in files, and their merge. Equal rows keep the order of the runs, and their order in a run. */
export class ColumnRuns {
  readonly #env: SpillEnvironment
  readonly #isFalling: boolean
  readonly #runs: (HeldRun | SpilledRun)[] = []

  constructor(env: SpillEnvironment, isFalling: boolean) {
    this.#env = env
    this.#isFalling = isFalling
  }

  get count(): number {
    return this.#runs.length
  }

  /** What stands in memory. */
  get heldBytes(): number {
    let bytes = 0
    for (const run of this.#runs) bytes += run.heldBytes
    return bytes
  }

  /** Columns of equal rows, in order by the first of them. */
  add(sorted: SortedBlock, bytes: number): void {
    this.#runs.push(new HeldRun(sorted, bytes))
  }

  /** Writes to files what stands in memory. */
  spill(): void {
    this.#env.metrics.memorySpilledBytes += Math.round(this.heldBytes)
    for (const [i, run] of this.#runs.entries()) {
      if (run instanceof HeldRun) this.#runs[i] = this.#write(run.blocks())
    }
  }

  /** All rows in order. */
  *merged(): Generator<SortedBlock> {
    while (this.#runs.length > RUNS_MERGED_MAX) this.#mergeNeighbours()
    const only = this.#runs.length === 1 ? this.#runs[0] : undefined
    yield* only === undefined ? this.#merge(this.#runs) : only.blocks()
  }

  /** All rows, run by run: equal ones in the order in which they came. */
  *unmerged(): Generator<SortedBlock> {
    for (const run of this.#runs) yield* run.blocks()
  }

  close(): void {
    for (const run of this.#runs.splice(0)) run.remove()
  }

  #merge(runs: readonly (HeldRun | SpilledRun)[]): Generator<SortedBlock> {
    return mergeColumns(runs, this.#isFalling)
  }

  /** Neighbours become one run, so that the order of runs stays. */
  #mergeNeighbours(): void {
    for (let first = 0; first < this.#runs.length; first++) {
      const some = this.#runs.slice(first, first + RUNS_MERGED_MAX)
      this.#runs.splice(first, some.length, this.#write(this.#merge(some)))
      for (const run of some) run.remove()
    }
  }

  #write(blocks: Iterable<SortedBlock>): SpilledRun {
    const run = new SpilledRun(this.#env)
    try {
      run.write(blocks)
    } catch (error) {
      run.remove()
      throw error
    }
    return run
  }
}

class HeldRun implements SortedSource {
  readonly heldBytes: number
  readonly blockCount: number
  readonly #sorted: SortedBlock

  constructor(sorted: SortedBlock, bytes: number) {
    this.#sorted = sorted
    this.blockCount = Math.ceil(rowsOf(sorted[0]!) / BLOCK_ROWS)
    this.heldBytes = bytes
  }

  *blocks(): Generator<SortedBlock> {
    const fields = this.#sorted
    const rows = tupleOf(fields)
    for (const slice of slicesOf(rows, BLOCK_ROWS)) yield fieldsOf(slice)
  }

  remove(): void {}
}

class SpilledRun implements SortedSource {
  readonly heldBytes = 0
  readonly #file: SpillFile
  readonly #env: SpillEnvironment
  readonly #blocks: Extent[] = []

  constructor(env: SpillEnvironment) {
    this.#env = env
    this.#file = new SpillFile(env)
  }

  get blockCount(): number {
    return this.#blocks.length
  }

  write(blocks: Iterable<SortedBlock>): void {
    for (const fields of blocks) {
      this.#env.checkCancelled()
      for (const bytes of encodeColumn(tupleOf(fields))) this.#blocks.push(this.#file.append(bytes))
    }
    this.#file.close()
  }

  *blocks(): Generator<SortedBlock> {
    for (const extent of this.#blocks) yield this.#read(extent)
  }

  remove(): void {
    this.#file.remove()
  }

  #read(extent: Extent): SortedBlock {
    const bytes = this.#file.read(extent)
    try {
      return fieldsOf(decodeColumn(bytes))
    } catch (error) {
      throw spillDamaged(this.#file.path, error)
    }
  }
}

function tupleOf(fields: SortedBlock): Column & { kind: 'tuple' } {
  return { kind: 'tuple', rows: rowsOf(fields[0]!), fields }
}

function fieldsOf(rows: Column): SortedBlock {
  if (rows.kind !== 'tuple') throw new TypeError('a sorted run is made of tuples')
  return rows.fields
}
