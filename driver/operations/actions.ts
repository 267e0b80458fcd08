import {
  Aggregate,
  Collect,
  Count,
  CountByValue,
  checkValue,
  Foreach,
  firstInOrder,
  type Lineage,
  Reduce,
  type Root,
  RunFunction,
  Sum,
  Take,
  TakeOrdered,
} from '#publib/lineage'
import { copyValue, KeyedMap } from '#publib/util'
import type { ActionOptions, OrderOptions, RunJobOptions } from '../options.ts'
import type { KeyFunction, Pair, Records } from '../values.ts'
import { actionOptions, options as optionsOf, wholeNumber } from './arguments.ts'
import { emptyRdd, invalidArgument, invalidPartitionIndex } from './errors.ts'
import { type Jobs, resultsOf } from './jobs.ts'
import type { Operation } from './operation.ts'

/** One action on one lineage: what all of them need. */
export interface Call<T> {
  readonly op: Operation
  readonly jobs: Jobs
  readonly lineage: Lineage<T>
}

export async function collect<T>(call: Call<T>, given?: ActionOptions): Promise<T[]> {
  const options = actionOptions(call.op, given)
  return joined(await resultsOf(call.jobs, { ...call, action: new Collect<T>(), options }))
}

export async function count(call: Call<unknown>, given?: ActionOptions): Promise<number> {
  const options = actionOptions(call.op, given)
  const counts = await resultsOf(call.jobs, { ...call, action: new Count(), options })
  return counts.reduce((a, b) => a + b, 0)
}

export async function sum(call: Call<number>, given?: ActionOptions): Promise<number> {
  const options = actionOptions(call.op, given)
  const sums = await resultsOf(call.jobs, { ...call, action: new Sum(), options })
  return sums.reduce((a, b) => a + b, 0)
}

export async function reduce<T>(
  call: Call<T>,
  f: (a: T, b: T) => T,
  given?: ActionOptions,
): Promise<T> {
  const options = actionOptions(call.op, given)
  const root = call.op.fn(f)
  const reduced = await resultsOf(call.jobs, { ...call, action: new Reduce(root), options })
  const [first, ...rest] = reduced.flat() as T[]
  if (reduced.every(values => values.length === 0)) throw emptyRdd(call.op)
  return rest.reduce((a, b) => checkValue(f(a, b), root), first as T)
}

/** The zero takes part once in each partition and once here. */
export async function aggregate<T, U>(
  call: Call<T>,
  zeroValue: U,
  functions: { readonly seqOp: (a: U, element: T) => U; readonly combOp: (a: U, b: U) => U },
  given?: ActionOptions,
): Promise<U> {
  const options = actionOptions(call.op, given)
  const zero: Root<U> = call.op.value(copyValue(zeroValue))
  const seqOp = call.op.fn(functions.seqOp, 'seqOp')
  const combOp = call.op.fn(functions.combOp, 'combOp')
  const action = new Aggregate(zero, seqOp)
  const parts = await resultsOf(call.jobs, { ...call, action, options })
  return parts.reduce((a, b) => checkValue(combOp.value(a, b), combOp), copyValue(zero.value))
}

/** Partitions that are tried first, and how many more then: four times as many. */
const FIRST_PARTITIONS = 1
const GROWTH = 4

/** Looks at one partition, then at as many as are likely to do, up to four times those it has seen. */
export async function take<T>(call: Call<T>, num: number, given?: ActionOptions): Promise<T[]> {
  const options = actionOptions(call.op, given)
  const { jobs, lineage, op } = call
  wholeNumber(op, 'num', num, 0)
  if (num === 0) return []
  await jobs.prepare(lineage, op, options)
  const taken: T[] = []
  let seen = 0
  while (taken.length < num && seen < lineage.numPartitions) {
    const wanted = Math.min(partitionsToTry(seen, taken.length, num), lineage.numPartitions - seen)
    const partitions = Array.from({ length: wanted }, (_, index) => seen + index)
    const action = new Take<T>(num - taken.length)
    for (const part of await resultsOf(jobs, { ...call, action, options, partitions })) {
      for (const element of part) if (taken.length < num) taken.push(element)
    }
    seen += wanted
  }
  return taken
}

/** Half more than what the partitions so far let expect, within the bounds of growth. */
function partitionsToTry(seen: number, found: number, num: number): number {
  if (seen === 0) return FIRST_PARTITIONS
  if (found === 0) return seen * GROWTH
  const expected = Math.ceil((1.5 * num * seen) / found) - seen
  return Math.min(Math.max(expected, 1), seen * GROWTH)
}

export async function first<T>(call: Call<T>, given?: ActionOptions): Promise<T> {
  const taken = await take(call, 1, given)
  if (taken.length === 0) throw emptyRdd(call.op)
  return taken[0] as T
}

export async function isEmpty(call: Call<unknown>, given?: ActionOptions): Promise<boolean> {
  return (await take(call, 1, given)).length === 0
}

/** The smallest in rising order, or the largest in falling order. */
export async function takeOrdered<T>(
  call: Call<T>,
  num: number,
  key: KeyFunction<T> | OrderOptions<T> | undefined,
  isFalling: boolean,
): Promise<T[]> {
  const { op, jobs } = call
  wholeNumber(op, 'num', num, 0)
  const given: OrderOptions<T> =
    typeof key === 'function' ? { key } : optionsOf<OrderOptions<T>>(op, 'key', key)
  const options = actionOptions(op, given)
  if (given.key !== undefined && given.compare !== undefined) {
    throw invalidArgument(op, 'compare', given.compare, 'nothing where a key is given')
  }
  const keyRoot = op.optionalFn(given.key as ((element: T) => unknown) | undefined, 'key')
  const compare = op.optionalFn(given.compare as ((a: T, b: T) => number) | undefined, 'compare')
  if (num === 0) return []
  const action = new TakeOrdered<T>(num, { isFalling, key: keyRoot, compare })
  const parts = await resultsOf(jobs, { ...call, action, options })
  return firstInOrder(parts, num, { isFalling, key: keyRoot?.value, compare: compare?.value })
}

export async function extreme<T>(
  call: Call<T>,
  key: KeyFunction<T> | OrderOptions<T> | undefined,
  isFalling: boolean,
): Promise<T> {
  const found = await takeOrdered(call, 1, key, isFalling)
  if (found.length === 0) throw emptyRdd(call.op)
  return found[0] as T
}

export async function countBy<K>(
  call: Call<unknown>,
  ofKeys: boolean,
  given?: ActionOptions,
): Promise<KeyedMap<K, number>> {
  const options = actionOptions(call.op, given)
  const action = new CountByValue<K>(ofKeys)
  const counts = new KeyedMap<K, number>()
  for (const part of await resultsOf(call.jobs, { ...call, action, options })) {
    for (const [key, value] of part) counts.set(key, (counts.get(key) ?? 0) + value)
  }
  return counts
}

export async function collectAsMap<K, V>(
  call: Call<Pair<K, V>>,
  given?: ActionOptions,
): Promise<KeyedMap<K, V>> {
  return new KeyedMap(await collect(call, given))
}

export async function foreach<T>(
  call: Call<T>,
  f: (element: T) => unknown,
  given?: ActionOptions,
): Promise<void> {
  const options = actionOptions(call.op, given)
  await resultsOf(call.jobs, { ...call, action: new Foreach(call.op.fn(f)), options })
}

export async function foreachPartition<T>(
  call: Call<T>,
  f: (partition: Records<T>) => unknown,
  given?: ActionOptions,
): Promise<void> {
  const options = actionOptions(call.op, given)
  const action = new RunFunction(call.op.fn(f), false)
  await resultsOf(call.jobs, { ...call, action, options })
}

/** One result for each partition asked for, in their order. */
export async function runFunction<T, U>(
  call: Call<T>,
  f: (partition: Records<T>) => U,
  given: readonly number[] | RunJobOptions<U> | undefined,
): Promise<U[]> {
  const { op, jobs, lineage } = call
  const asked: RunJobOptions<U> = isList(given)
    ? { partitions: given }
    : optionsOf<RunJobOptions<U>>(op, 'partitions', given)
  const options = actionOptions(op, asked)
  const action = new RunFunction(op.fn(f), true)
  await jobs.prepare(lineage, op, options)
  const partitions = checkPartitions(call, asked.partitions)
  const results: U[] = []
  const { onResult } = asked
  await jobs.run({
    ...call,
    action,
    options,
    partitions,
    onResult: (index, result) => {
      if (onResult === undefined) results[index] = result as U
      else onResult(partitions[index]!, result as U)
    },
  })
  return results
}

function checkPartitions(
  { op, lineage }: Call<unknown>,
  asked: readonly number[] | undefined,
): readonly number[] {
  const { numPartitions } = lineage
  if (asked === undefined) return Array.from({ length: numPartitions }, (_, index) => index)
  for (const index of asked) {
    const isThere = Number.isInteger(index) && index >= 0 && index < numPartitions
    if (!isThere) throw invalidPartitionIndex(op, index, numPartitions)
  }
  return [...asked]
}

function isList(given: unknown): given is readonly number[] {
  return Array.isArray(given)
}

function joined<T>(parts: readonly (readonly T[])[]): T[] {
  // `concat` copies memory where a loop copies elements; arguments are few enough for any stack.
  let all: T[] = []
  for (let start = 0; start < parts.length; start += PARTS_JOINED) {
    all = all.concat(...parts.slice(start, start + PARTS_JOINED))
  }
  return all
}

const PARTS_JOINED = 1000
