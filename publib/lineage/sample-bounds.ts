import { compareValues } from '#publib/util'
import { SampleKeys } from './actions/sample-keys.ts'
import type { Lineage } from './lineage.ts'
import type { OrderRoots } from './placement.ts'
import type { Preparation } from './preparation.ts'
import { type Root, rootOf } from './root.ts'

/** Sampled keys for each partition that is wanted, and how many more for parents of uneven size. */
const KEYS_PER_PARTITION = 100
const OVERSAMPLING = 3
const KEYS_MAX = 1_000_000

/** The bounds of ranges that hold about as many records each; fewer where there are few different keys. */
export async function sampleBounds(
  parent: Lineage<unknown>,
  count: number,
  order: OrderRoots,
  preparation: Preparation,
): Promise<Root<readonly unknown[]>> {
  const bounds =
    count <= 1 || parent.numPartitions === 0 ? [] : await sample(parent, count, order, preparation)
  return rootOf<readonly unknown[]>(bounds, 'sampled ranges', undefined)
}

async function sample(
  parent: Lineage<unknown>,
  count: number,
  order: OrderRoots,
  preparation: Preparation,
): Promise<readonly unknown[]> {
  const wanted = Math.min(KEYS_PER_PARTITION * count, KEYS_MAX) * OVERSAMPLING
  const perParent = Math.ceil(wanted / parent.numPartitions)
  const action = new SampleKeys(perParent, order.key)
  const samples = await preparation.runJob(parent, action, 'sample of ranges')
  const weighted = samples.flatMap(({ count: records, keys }) =>
    keys.map(key => ({ key, weight: records / keys.length })),
  )
  const compare = (order.compare?.value ?? compareValues) as (a: unknown, b: unknown) => number
  return boundsOf(weighted, count, compare)
}

/** Cuts the weighted keys in `count` ranges of about the same weight; equal keys stay in one range. */
export function boundsOf(
  weighted: readonly { readonly key: unknown; readonly weight: number }[],
  count: number,
  compare: (a: unknown, b: unknown) => number,
): readonly unknown[] {
  const sorted = [...weighted].sort((a, b) => compare(a.key, b.key))
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0)
  const bounds: unknown[] = []
  let passed = 0
  for (const { key, weight } of sorted) {
    passed += weight
    if (bounds.length >= count - 1) break
    if (passed < ((bounds.length + 1) * total) / count) continue
    if (bounds.length === 0 || compare(key, bounds.at(-1)) > 0) bounds.push(key)
  }
  const last = sorted.at(-1)
  if (last !== undefined && bounds.length > 0 && compare(bounds.at(-1), last.key) >= 0) bounds.pop()
  return bounds
}
