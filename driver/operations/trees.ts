import {
  AggregatedPartitions,
  type Lineage,
  placeByNumber,
  type Root,
  reducing,
  Shuffled,
  Values,
} from '#publib/lineage'
import { copyValue } from '#publib/util'
import type { TreeOptions } from '../options.ts'
import { type Call, collect } from './actions.ts'
import { actionOptions, options as optionsOf, wholeNumber } from './arguments.ts'
import { emptyRdd } from './errors.ts'

/** What is merged, and how: without a zero elements are merged with each other. */
interface Tree<T, U> {
  readonly zero: Root<U> | undefined
  readonly add: Root<(accumulated: U, element: T) => U>
  readonly merge: Root<(a: U, b: U) => U>
}

/** `reduce` in levels: the driver merges few values where partitions are many. */
export async function treeReduce<T>(
  call: Call<T>,
  f: (a: T, b: T) => T,
  depth: number | TreeOptions | undefined,
): Promise<T> {
  const root = call.op.fn(f)
  const [result] = await merged(call, { zero: undefined, add: root, merge: root }, depth)
  if (result === undefined) throw emptyRdd(call.op)
  return result.value
}

export async function treeAggregate<T, U>(
  call: Call<T>,
  zeroValue: U,
  functions: { readonly seqOp: (a: U, element: T) => U; readonly combOp: (a: U, b: U) => U },
  depth: number | TreeOptions | undefined,
): Promise<U> {
  const { op } = call
  const zero = op.value(copyValue(zeroValue))
  const add = op.fn(functions.seqOp, 'seqOp')
  const merge = op.fn(functions.combOp, 'combOp')
  const [result] = await merged(call, { zero, add, merge }, depth)
  return result === undefined ? copyValue(zero.value) : result.value
}

/** The one value that is left, if any. */
async function merged<T, U>(
  call: Call<T>,
  tree: Tree<T, U>,
  given: number | TreeOptions | undefined,
): Promise<readonly { readonly value: U }[]> {
  const { op, jobs } = call
  const asked: TreeOptions =
    typeof given === 'number' ? { depth: given } : optionsOf<TreeOptions>(op, 'depth', given)
  const options = actionOptions(op, asked)
  const depth = wholeNumber(op, 'depth', asked.depth ?? 2, 1)
  await jobs.prepare(call.lineage, op, options)
  let count = Math.max(1, call.lineage.numPartitions)
  // As Spark does: no level more than saves something.
  const scale = Math.max(Math.ceil(count ** (1 / depth)), 2)
  const partial = (groups: number): Lineage<[number, U]> =>
    new AggregatedPartitions(op.about('MapPartitions'), call.lineage, tree, groups)
  let top: Lineage<U> | undefined
  const addLevel = (groups: number): void => {
    const pairs = top === undefined ? partial(groups) : regrouping(call, top, tree.merge, groups)
    top = regrouped(call, pairs, tree.merge, groups)
    count = groups
  }
  while (count > scale + Math.ceil(count / scale)) addLevel(Math.max(1, Math.floor(count / scale)))
  if (asked.finalAggregateOnExecutor === true && count > 1) addLevel(1)
  const current: Lineage<U> = top ?? new Values(op.about('MapPartitions'), partial(count))
  const values = await collect({ ...call, lineage: current }, options)
  if (values.length === 0) return []
  const { value } = tree.merge
  return [{ value: values.slice(1).reduce((a, b) => value(a, b), values[0] as U) }]
}

/** The values of the level below, merged in each partition, under the number of their group. */
function regrouping<U>(
  call: Call<unknown>,
  below: Lineage<U>,
  merge: Root<(a: U, b: U) => U>,
  groups: number,
): Lineage<[number, U]> {
  const about = call.op.about('MapPartitions')
  return new AggregatedPartitions(about, below, { add: merge, zero: undefined }, groups)
}

function regrouped<U>(
  { op }: Call<unknown>,
  pairs: Lineage<[number, U]>,
  merge: Root<(a: U, b: U) => U>,
  groups: number,
): Lineage<U> {
  const shuffled = new Shuffled<number, U, U>(op.about('ShuffledRDD'), pairs, {
    shuffleId: op.origin.nextShuffleId(),
    placing: { kind: 'given', placement: placeByNumber(groups) },
    combining: reducing(merge),
    mapSideCombine: false,
  })
  return new Values(op.about('MapPartitions'), shuffled)
}
