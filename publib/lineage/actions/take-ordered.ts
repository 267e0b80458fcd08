import type { Batch } from '#publib/columnar'
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
    const { isFalling, key, compare } = this.order
    const order = {
      isFalling,
      key: key && context.root(key),
      compare: compare && context.root(compare),
    }
    return firstInOrder(records, this.count, order)
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
  const before = ranked(order)
  const kept = new PriorityQueue<Ranked<T>>((a, b) => before(b, a))
  let sequence = 0
  for (const batch of batches) {
    for (let i = 0; i < batch.length; i++) {
      const element = batch[i]!
      const rank = order.key === undefined ? element : order.key(element)
      const candidate: Ranked<T> = { element, rank, sequence: sequence++ }
      if (kept.size < count) kept.push(candidate)
      else if (before(candidate, kept.peek()!) < 0) kept.replace(candidate)
    }
  }
  const falling: T[] = []
  for (let last = kept.pop(); last !== undefined; last = kept.pop()) falling.push(last.element)
  return falling.reverse()
}

interface Ranked<T> {
  readonly element: T
  readonly rank: unknown
  readonly sequence: number
}

/** Orders candidates; equal ones by the order in which they came. */
function ranked<T>(order: OrderFunctions<T>): Compare<Ranked<T>> {
  const sign = order.isFalling ? -1 : 1
  const compare = (order.compare as Compare | undefined) ?? compareValues
  return (a, b) => sign * compare(a.rank, b.rank) || a.sequence - b.sequence
}
