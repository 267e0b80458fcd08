import {
  FunctionPartitioner,
  HashPartitioner,
  type Partitioner,
  RangePartitioner,
} from '#publib/shuffle'
import type { Fields } from './lineage.ts'
import type { Root } from './root.ts'

/** A partitioner that can travel: what its text says, and the functions and values it holds. */
export interface Placement {
  readonly partitioner: Partitioner
  readonly fields: Fields
  readonly roots: readonly Root[]
}

/** What orders keys: the total order or `compare`, of the key or of what `key` makes of it. */
export interface OrderRoots {
  readonly ascending: boolean
  readonly key?: Root<(key: never) => unknown> | undefined
  readonly compare?: Root<(a: never, b: never) => number> | undefined
}

/** Placements by their partitioner, so that one taken from an RDD and given to another still travels. */
const known = new WeakMap<Partitioner, Placement>()

function placement(partitioner: Partitioner, fields: Fields, roots: readonly Root[]): Placement {
  const made = { partitioner, fields, roots }
  known.set(partitioner, made)
  return made
}

export function placeByHash(numPartitions: number): Placement {
  return placement(new HashPartitioner(numPartitions), { kind: 'hash', numPartitions }, [])
}

export function placeByFunction(numPartitions: number, f: Root<(key: never) => number>): Placement {
  const partitioner = new FunctionPartitioner(numPartitions, f.value) as Partitioner
  return placement(partitioner, { kind: 'function', numPartitions }, [f])
}

/** Keys that are places already: integers, taken modulo the number of partitions. */
export function placeByNumber(numPartitions: number): Placement {
  return placement(new NumberPartitioner(numPartitions), { kind: 'number', numPartitions }, [])
}

export function placeByRange(bounds: Root<readonly unknown[]>, order: OrderRoots): Placement {
  const options = { key: order.key?.value, compare: order.compare?.value }
  const partitioner = new RangePartitioner<never>(
    bounds.value as readonly never[],
    order.ascending,
    options,
  ) as Partitioner
  const { fields, roots } = encodeOrder(order)
  return placement(partitioner, { kind: 'range', ...fields }, [bounds, ...roots])
}

/** A partitioner that the user gave. */
export function placeByPartitioner(given: Root<Partitioner>): Placement {
  const partitioner = given.value
  const own = known.get(partitioner)
  if (own !== undefined) return own
  if (partitioner instanceof HashPartitioner) {
    const { numPartitions } = partitioner
    return placement(partitioner, { kind: 'hash', numPartitions }, [])
  }
  if (partitioner instanceof RangePartitioner) {
    const bounds: Root<readonly unknown[]> = { ...given, value: partitioner.bounds }
    const { fields } = encodeOrder({ ascending: partitioner.ascending })
    return placement(partitioner, { kind: 'range', ...fields }, [bounds])
  }
  return placement(partitioner, { kind: 'object' }, [given])
}

/** How an order stands among fields and roots; `decodeOrder` takes it from there. */
export function encodeOrder(order: OrderRoots): { fields: Fields; roots: readonly Root[] } {
  const { ascending, key, compare } = order
  const fields = { ascending, hasKey: key !== undefined, hasCompare: compare !== undefined }
  return { fields, roots: [key, compare].filter(root => root !== undefined) }
}

/** `roots` are those of the order alone. */
export function decodeOrder(fields: Fields, roots: readonly Root[]): OrderRoots {
  const [key, compare] = fields['hasKey'] === true ? roots : [undefined, ...roots]
  return {
    ascending: fields['ascending'] === true,
    key: key as OrderRoots['key'],
    compare: fields['hasCompare'] === true ? (compare as OrderRoots['compare']) : undefined,
  }
}

/** The placement that `fields` and `roots` of another one describe. */
export function decodePlacement(fields: Fields, roots: readonly Root[]): Placement {
  const count = fields['numPartitions'] as number
  const first = roots[0] as Root<never>
  switch (fields['kind']) {
    case 'hash':
      return placeByHash(count)
    case 'number':
      return placeByNumber(count)
    case 'function':
      return placeByFunction(count, first)
    case 'range':
      return placeByRange(first, decodeOrder(fields, roots.slice(1)))
    default:
      return placeByPartitioner(first)
  }
}

class NumberPartitioner implements Partitioner {
  readonly numPartitions: number

  constructor(numPartitions: number) {
    this.numPartitions = numPartitions
  }

  getPartition(key: unknown): number {
    return (key as number) % this.numPartitions
  }
}
