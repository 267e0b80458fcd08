import { Lookup, ReduceByKeyLocally } from '#publib/lineage'
import { checkedPartition } from '#publib/shuffle'
import { KeyedMap } from '#publib/util'
import type { ActionOptions } from '../options.ts'
import type { Pair } from '../values.ts'
import type { Call } from './actions.ts'
import { actionOptions } from './arguments.ts'
import { resultsOf } from './jobs.ts'

/** Looks at one partition where it is known in which the key must be. */
export async function lookup<K, V>(
  call: Call<Pair<K, V>>,
  key: K,
  given?: ActionOptions,
): Promise<V[]> {
  const { op, jobs, lineage } = call
  const options = actionOptions(op, given)
  const action = new Lookup<K, V>(op.value(key))
  await jobs.prepare(lineage, op, options)
  const { partitioner } = lineage
  const partitions = partitioner && [checkedPartition(partitioner, key)]
  const parts = await resultsOf(jobs, { ...call, action, options, partitions })
  return parts.flat() as V[]
}

export async function reduceByKeyLocally<K, V>(
  call: Call<Pair<K, V>>,
  f: (a: V, b: V) => V,
  given?: ActionOptions,
): Promise<KeyedMap<K, V>> {
  const options = actionOptions(call.op, given)
  const action = new ReduceByKeyLocally<K, V>(call.op.fn(f))
  const reduced = new KeyedMap<K, V>()
  for (const part of await resultsOf(call.jobs, { ...call, action, options })) {
    for (const [key, value] of part) {
      reduced.set(key, reduced.has(key) ? f(reduced.get(key) as V, value) : value)
    }
  }
  return reduced
}
