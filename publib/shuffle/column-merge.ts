import { type Column, ColumnBuilder, gatherColumn, type Located, locate } from '#publib/columnar'
import { KeyBlock } from './key-block.ts'
import { type RunKeys, runKeysFor } from './run-keys.ts'
import { orderOfColumn, sortClassOf } from './sort-keys.ts'

/** Columns of equal rows, in order by the first of them, its texts packed. Where the last one stands for more, it stands once. */
export type SortedBlock = readonly Column[]

/** Blocks in order, one behind the other. None is empty. */
export interface SortedSource {
  readonly blockCount: number
  blocks(): Iterator<SortedBlock>
}

/**
 * Merges sources that are sorted; of equal rows those of earlier sources come first. One block of each is in memory: what
 * cannot be preceded by anything that is still to come is sorted together by kernels, which costs less than comparing heads
 * row by row. What it gives is valid until the next is asked for.
 */
export function* mergeColumns(
  sources: readonly SortedSource[],
  isFalling: boolean,
): Generator<SortedBlock> {
  const heads = sources.map(source => new Head(source, isFalling))
  const pool = new Pool(Math.max(...heads.map(head => head.width)), isFalling)
  try {
    for (;;) {
      const open = heads.filter(head => !head.isEnded)
      if (open.length === 0) return
      const bound = boundOf(open)
      let isBefore = true
      for (const head of open) {
        head.giveUpTo(bound, isBefore, pool)
        // Rows that equal the bound may follow in the next block of its source: those of later sources wait for them.
        if (head === bound?.head) isBefore = false
      }
      yield pool.sorted()
      pool.clear()
    }
  } finally {
    pool.release()
  }
}

/** The last key of a block: nothing that follows comes before it. */
interface Bound {
  readonly head: Head
  readonly keys: KeyBlock
}

/** Of the sources that have more blocks, the first whose block ends soonest. */
function boundOf(heads: readonly Head[]): Bound | undefined {
  let bound: Bound | undefined
  for (const head of heads) {
    const { keys } = head
    if (keys === undefined || !head.hasMore) continue
    if (bound === undefined || head.compareTo(bound, keys.rows - 1) < 0) bound = { head, keys }
  }
  return bound
}

/** A source, its block at hand, and how far that is read. */
class Head {
  readonly #blocks: Iterator<SortedBlock>
  readonly #isFalling: boolean
  #left: number
  #parts: readonly Located[] = []
  /** None where the source has ended. */
  keys: KeyBlock | undefined
  #next = 0

  constructor(source: SortedSource, isFalling: boolean) {
    this.#blocks = source.blocks()
    this.#left = source.blockCount
    this.#isFalling = isFalling
    this.#load()
  }

  get isEnded(): boolean {
    return this.keys === undefined
  }

  get hasMore(): boolean {
    return this.#left > 0
  }

  get width(): number {
    return this.#parts.length
  }

  /** Negative where a row of the block comes before the bound. */
  compareTo(bound: Bound, row: number): number {
    const difference = this.keys!.compare(row, bound.keys, bound.keys.rows - 1)
    return this.#isFalling ? -difference : difference
  }

  /** Gives the rows before the bound, and those equal to it if `withEqual`; all where there is none. */
  giveUpTo(bound: Bound | undefined, withEqual: boolean, pool: Pool): void {
    const { rows } = this.keys!
    const isAll = bound === undefined || bound.head === this
    const end = isAll ? rows : this.#placeOf(bound, withEqual)
    pool.add(this.#parts, this.#next, end)
    this.#next = end
    if (end === rows) this.#load()
  }

  #placeOf(bound: Bound, withEqual: boolean): number {
    let low = this.#next
    let high = this.keys!.rows
    while (low < high) {
      const middle = (low + high) >>> 1
      const difference = this.compareTo(bound, middle)
      if (difference < 0 || (withEqual && difference === 0)) low = middle + 1
      else high = middle
    }
    return low
  }

  #load(): void {
    const next = this.#left === 0 ? undefined : this.#blocks.next()
    this.#left--
    this.#next = 0
    if (next === undefined || next.done === true) {
      this.keys = undefined
      this.#left = 0
      return
    }
    this.#parts = next.value.map(locate)
    this.keys = new KeyBlock(this.#parts[0]!)
  }
}

/** Rows that are sorted together. */
class Pool {
  readonly #isFalling: boolean
  readonly #others: readonly ColumnBuilder[]
  #keys: RunKeys | undefined

  constructor(width: number, isFalling: boolean) {
    this.#isFalling = isFalling
    this.#others = Array.from({ length: width - 1 }, () => new ColumnBuilder())
  }

  add(parts: readonly Located[], from: number, to: number): void {
    if (from === to) return
    const { column, starts } = parts[0]!
    this.#keys ??= runKeysFor(sortClassOf(column)!)
    this.#keys.add(column, from, to, starts)
    for (const [i, other] of this.#others.entries()) {
      other.add(parts[i + 1] ?? parts.at(-1)!, from, to)
    }
  }

  sorted(): SortedBlock {
    const keys = this.#keys!
    if (this.#others.length === 0) {
      keys.sort(this.#isFalling)
      return [keys.column()]
    }
    const order = orderOfColumn(keys.column(), this.#isFalling)
    const fields = [keys.column(), ...this.#others.map(other => other.column())]
    return fields.map(field => gatherColumn(field, order))
  }

  clear(): void {
    this.#keys?.clear()
    for (const other of this.#others) other.clear()
  }

  release(): void {
    this.#keys?.release()
  }
}
