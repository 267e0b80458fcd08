import { Collect } from '#publib/lineage'
import type { LocalIteratorOptions } from '../options.ts'
import type { Call } from './actions.ts'
import { actionOptions, options as optionsOf } from './arguments.ts'
import { resultsOf } from './jobs.ts'

/**
 * All elements in order, a partition at a time: the next one is computed when it is asked for or, with `prefetch`, while this
 * one is consumed. So the driver holds two partitions at most; leaving the loop cancels what is under way. Shuffles are
 * computed once, with the first partition.
 */
export async function* localIterator<T>(
  call: Call<T>,
  prefetch: boolean | LocalIteratorOptions | undefined,
): AsyncGenerator<T, void, undefined> {
  const { op, jobs, lineage } = call
  const given: LocalIteratorOptions =
    typeof prefetch === 'boolean'
      ? { prefetchPartitions: prefetch }
      : optionsOf<LocalIteratorOptions>(op, 'prefetchPartitions', prefetch)
  const left = new AbortController()
  const signals = [left.signal, actionOptions(op, given).signal].filter(s => s !== undefined)
  const options = { ...given, signal: AbortSignal.any(signals) }
  const fetch = (partition: number): Promise<readonly T[]> => {
    const action = new Collect<T>()
    const results = resultsOf(jobs, { ...call, action, options, partitions: [partition] })
    return results.then(([elements]) => elements ?? [])
  }
  try {
    await jobs.prepare(lineage, op, options)
    let next: Promise<readonly T[]> | undefined
    for (let partition = 0; partition < lineage.numPartitions; partition++) {
      const elements = await (next ?? fetch(partition))
      next = undefined
      if (given.prefetchPartitions === true && partition + 1 < lineage.numPartitions) {
        next = fetch(partition + 1)
        // A failure is told when its turn comes; until then nobody waits for it.
        next.catch(() => undefined)
      }
      yield* elements
    }
  } finally {
    left.abort(new Error('the loop was left'))
  }
}
