import {
  type Column,
  ColumnBuilder,
  gatherColumn,
  type Located,
  locate,
  rowsOf,
} from '#publib/columnar'
import { LoserTree } from './loser-tree.ts'
import { headsFor, type MergeHeads } from './merge-heads.ts'

/** Columns of equal rows, in order by the first of them, its texts packed. Where the last one stands for more, it stands once. */
export type SortedBlock = readonly Column[]

/** Rows of one merged block, at most: one ends with a block of a source, too. */
const MERGED_ROWS = 8192

/** Merges sources that are sorted; of equal rows those of earlier sources come first. */
export function* mergeColumns(
  sources: readonly Iterator<SortedBlock>[],
  isFalling: boolean,
): Generator<SortedBlock> {
  const given = sources.map(source => nextBlock(source))
  const some = given.find(block => block !== undefined)
  if (some === undefined) return
  const width = Math.max(...given.map(block => block?.length ?? 0))
  const firsts = given.map(block => widened(block, width))
  const heads = headsFor(some[0]!, sources.length, isFalling)
  const readers = firsts.map(block => new BlockReader(block))
  for (const [i, block] of firsts.entries()) heads.load(i, block?.[0])
  const tree = new LoserTree(sources.length, (a, b) => heads.comesBefore(a, b))
  const taken = new Uint16Array(MERGED_ROWS)
  const pools = Array.from({ length: width }, () => new ColumnBuilder())
  for (;;) {
    const source = tree.winner
    if (readers[source]!.isEnded) return
    const { count, usedUp } = takeRows(heads, tree, taken)
    yield assemble(taken.subarray(0, count), readers, pools)
    if (usedUp === undefined) continue
    const block = widened(nextBlock(sources[usedUp]!), width)
    readers[usedUp] = new BlockReader(block)
    heads.load(usedUp, block?.[0])
    tree.replay()
  }
}

/** Which source each of the next rows comes from, until a block is used up. */
function takeRows(
  heads: MergeHeads,
  tree: LoserTree,
  taken: Uint16Array,
): { readonly count: number; readonly usedUp: number | undefined } {
  for (let count = 0; count < taken.length; ) {
    const source = tree.winner
    taken[count++] = source
    if (!heads.advance(source)) return { count, usedUp: source }
    tree.replay()
  }
  return { count: taken.length, usedUp: undefined }
}

/** The rows that were taken: those of each source are neighbours in its block. */
function assemble(
  taken: Uint16Array,
  readers: readonly BlockReader[],
  pools: readonly ColumnBuilder[],
): SortedBlock {
  const counts = new Uint32Array(readers.length)
  for (let i = 0; i < taken.length; i++) counts[taken[i]!] = counts[taken[i]!]! + 1
  const places = new Uint32Array(readers.length)
  for (const pool of pools) pool.clear()
  let end = 0
  for (const [source, reader] of readers.entries()) {
    const count = counts[source]!
    places[source] = end
    if (count === 0) continue
    end += count
    reader.moveTo(count, pools)
  }
  const order = new Uint32Array(taken.length)
  for (let i = 0; i < taken.length; i++) {
    const source = taken[i]!
    const place = places[source]!
    order[i] = place
    places[source] = place + 1
  }
  return pools.map(pool => gatherColumn(pool.column(), order))
}

/** A block of a source, and how far it is read. */
class BlockReader {
  readonly isEnded: boolean
  readonly #parts: readonly Located[]
  #next = 0

  constructor(block: SortedBlock | undefined) {
    this.isEnded = block === undefined
    this.#parts = (block ?? []).map(locate)
  }

  moveTo(count: number, pools: readonly ColumnBuilder[]): void {
    for (const [i, part] of this.#parts.entries()) {
      pools[i]!.add(part, this.#next, this.#next + count)
    }
    this.#next += count
  }
}

function nextBlock(source: Iterator<SortedBlock>): SortedBlock | undefined {
  for (let next = source.next(); next.done !== true; next = source.next()) {
    if (rowsOf(next.value[0]!) > 0) return next.value
  }
  return undefined
}

function widened(block: SortedBlock | undefined, width: number): SortedBlock | undefined {
  if (block === undefined || block.length === width) return block
  const last = block.at(-1)!
  return [...block, ...new Array<Column>(width - block.length).fill(last)]
}
