import { type Batch, type Column, coalesceColumns, isTiny, ownColumn } from '#publib/columnar'
import type { ComputeContext, Lineage } from '#publib/lineage'
import type { CacheKey } from '#publib/protocol'
import { nameOf, StoredBlock } from '#publib/storage'
import type { RddId } from '#publib/util'
import {
  columnOfPiece,
  gathered,
  KeptPartition,
  type Piece,
  rowsOfPiece,
} from './kept-partition.ts'
import type { Surroundings } from './surroundings.ts'

/** How a partition that is not there is computed. */
export interface Anew<T> {
  rows(): Iterable<Batch<T>>
  /** Undefined where it has no columns. */
  columns?(): Iterable<Column> | undefined
}

/**
 * The cached partitions that this executor knows, as columns in memory that all executors of the host share. A partition that
 * is not there is computed to its end and kept, if there is room; what does not fit is passed on as it comes.
 */
export class CachedPartitions {
  readonly #surroundings: Surroundings
  readonly #known = new Map<string, readonly StoredBlock[]>()
  readonly #onLostClass: (className: string) => void
  #reads: CacheKey[] = []

  /** @param onLostClass told the name of each class whose instances are kept as plain objects */
  constructor(surroundings: Surroundings, onLostClass: (className: string) => void) {
    this.#surroundings = surroundings
    this.#onLostClass = onLostClass
  }

  put(key: CacheKey, blocks: readonly Uint8Array[]): void {
    this.#known.set(nameOf(key), opened(blocks))
  }

  drop(rddId: RddId, partitions: readonly number[]): void {
    for (const partition of partitions) this.#known.delete(nameOf({ rddId, partition }))
  }

  has(lineage: Lineage<unknown>, partition: number): boolean {
    return this.#known.has(nameOf({ rddId: lineage.id, partition }))
  }

  /** What was read since this was last asked. */
  takeReads(): readonly CacheKey[] {
    const reads = this.#reads
    this.#reads = []
    return reads
  }

  /** The records of a partition, made of its columns. */
  *compute<T>(
    lineage: Lineage<T>,
    partition: number,
    context: ComputeContext,
    anew: Anew<T>,
  ): Generator<Batch<T>> {
    for (const piece of this.#pieces(lineage, partition, context, anew)) {
      yield rowsOfPiece(piece) as Batch<T>
    }
  }

  /** The records of a partition as columns: views of the shared memory, which nobody changes. */
  *columns<T>(
    lineage: Lineage<T>,
    partition: number,
    context: ComputeContext,
    anew: Anew<T>,
  ): Generator<Column> {
    for (const piece of this.#pieces(lineage, partition, context, anew)) yield columnOfPiece(piece)
  }

  *#pieces<T>(
    lineage: Lineage<T>,
    partition: number,
    context: ComputeContext,
    anew: Anew<T>,
  ): Generator<Piece> {
    const key = { rddId: lineage.id, partition }
    const known = this.#known.get(nameOf(key))
    if (known !== undefined) {
      this.#reads.push(key)
      yield* stored(known)
      return
    }
    const rest = gathered(piecesOf(anew))
    const kept = new KeptPartition(this.#surroundings, key, this.#onLostClass)
    let refused: Piece | undefined
    try {
      for (let step = rest.next(); step.done !== true; step = rest.next()) {
        context.checkCancelled()
        if (kept.add(step.value)) continue
        refused = step.value
        break
      }
      if (refused === undefined) {
        yield* stored(this.#store(key, kept))
        return
      }
      yield* stored(opened(kept.blocks))
      yield refused
      yield* rest
    } finally {
      kept.release()
      rest.return(undefined)
    }
  }

  #store(key: CacheKey, kept: KeptPartition): readonly StoredBlock[] {
    const { blocks } = kept
    const bytes = kept.settle()
    const known = opened(blocks)
    this.#known.set(nameOf(key), known)
    this.#surroundings.post({ type: 'store', key, blocks, bytes })
    return known
  }
}

function opened(blocks: readonly Uint8Array[]): readonly StoredBlock[] {
  return blocks.map(block => new StoredBlock(block))
}

function* stored(blocks: readonly StoredBlock[]): Generator<Piece> {
  for (const block of blocks) yield { column: block.column() }
}

function* piecesOf<T>(anew: Anew<T>): Generator<Piece> {
  const columns = anew.columns?.()
  if (columns === undefined) for (const rows of anew.rows()) yield { rows }
  else for (const column of coalesceColumns(ownIfTiny(columns))) yield { column }
}

/** Those that may wait for others. */
function* ownIfTiny(columns: Iterable<Column>): Generator<Column> {
  for (const column of columns) yield isTiny(column) ? ownColumn(column) : column
}
