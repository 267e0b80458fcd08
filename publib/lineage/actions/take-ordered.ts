import { type Batch, type Column, slicesOf, valuesOf } from '#publib/columnar'
import { type Compare, compareValues, PriorityQueue } from '#publib/util'
import { Action, type ActionParts, actionRoot } from '../action.ts'
import type { ComputeContext } from '../compute-context.ts'
import type { Fields } from '../lineage.ts'
import type { Root } from '../root.ts'

/** What elements are ordered by. */
export interface ElementOrder<T> {
  /** Whether the largest come first. */
  readonly isFalling: boolean
  readonly key?: Root<(element: T) => unknown> | undefined
  readonly compare?: Root<Compare<T>> | undefined
}

/** The first elements of a partition in an order; equal ones as they come. */
export class TakeOrdered<T> extends Action<T, T[]> {
  static readonly tag = 'takeOrdered'
  override readonly tag = TakeOrdered.tag
  readonly count: number
  readonly order: ElementOrder<T>

  constructor(count: number, order: ElementOrder<T>) {
    super()
    this.count = count
    this.order = order
  }

  static decode({ fields, ...parts }: ActionParts): TakeOrdered<unknown> {
    const isFalling = fields['isFalling'] === true
    const root = { fields, ...parts }
    return new TakeOrdered(fields['count'] as number, {
      isFalling,
      key: fields['by'] === 'key' ? actionRoot(root, 0) : undefined,
      compare: fields['by'] === 'compare' ? actionRoot(root, 0) : undefined,
    })
  }

  override run(records: Iterable<Batch<T>>, _partition: number, context: ComputeContext): T[] {
    return firstInOrder(records, this.count, this.#functions(context))
  }

  override runColumns(columns: Iterable<Column>, _partition: number, context: ComputeContext): T[] {
    return firstInOrder(rowsIn<T>(columns), this.count, this.#functions(context))
  }

  #functions(context: ComputeContext): OrderFunctions<T> {
    const { isFalling, key, compare } = this.order
    return {
      isFalling,
      key: key && context.root(key),
      compare: compare && context.root(compare),
    }
  }

  override fields(): Fields {
    const { key, compare, isFalling } = this.order
    const by = key !== undefined ? 'key' : compare !== undefined ? 'compare' : 'value'
    return { count: this.count, isFalling, by }
  }

  override roots(): readonly Root[] {
    return [this.order.key, this.order.compare].filter(root => root !== undefined)
  }
}

/** Few rows at a time, so that those that are not kept die young. */
const ROWS_AT_ONCE = 4096

function* rowsIn<T>(columns: Iterable<Column>): Generator<Batch<T>> {
  for (const column of columns) {
    for (const slice of slicesOf(column, ROWS_AT_ONCE)) yield valuesOf(slice) as T[]
  }
}

/** The functions of an ElementOrder themselves. */
export interface OrderFunctions<T> {
  readonly isFalling: boolean
  readonly key?: ((element: T) => unknown) | undefined
  readonly compare?: Compare<T> | undefined
}

/** The first `count` elements under an order, by a heap of that size whose worst leaves for a better one. */
export function firstInOrder<T>(
  batches: Iterable<Batch<T>>,
  count: number,
  order: OrderFunctions<T>,
): T[] {
  if (count === 0) return []
  const compare = comparing(order)
  const { key } = order
  const kept = new PriorityQueue<Ranked<T>>((a, b) => compare(b.rank, a.rank) || b.place - a.place)
  let place = 0
  /** What the worst of those kept is ranked by; any rank is better where there is room. */
  let worst: Ranked<T> | undefined
  for (const batch of batches) {
    for (let i = 0; i < batch.length; i++) {
      const element = batch[i]!
      const rank = key === undefined ? element : key(element)
      // Of equal ones those that come first stay.
      if (worst === undefined || compare(rank, worst.rank) < 0) {
        if (worst === undefined) kept.push({ element, rank, place })
        else kept.replace({ element, rank, place })
        worst = kept.size < count ? undefined : kept.peek()
      }
      place++
    }
  }
  const falling: T[] = []
  for (let last = kept.pop(); last !== undefined; last = kept.pop()) falling.push(last.element)
  return falling.reverse()
}

interface Ranked<T> {
  readonly element: T
  readonly rank: unknown
  /** Of equal ones the lower comes first. */
  readonly place: number
}

function comparing<T>({ compare, isFalling }: OrderFunctions<T>): Compare {
  const rising = (compare as Compare | undefined) ?? compareValues
  return isFalling ? (a, b) => -rising(a, b) : rising
}
