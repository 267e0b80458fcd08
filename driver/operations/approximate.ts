import { type Action, Count, CountByValue, RunFunction, StatCounter, Stats } from '#publib/lineage'
import { KeyedMap } from '#publib/util'
import type {
  ActionOptions,
  ApproximateEvaluator,
  ApproxOptions,
  BoundedDouble,
  BoundedResult,
  Confidence,
  PartialResult,
} from '../options.ts'
import type { Records } from '../values.ts'
import type { Call } from './actions.ts'
import { actionOptions, options as optionsOf } from './arguments.ts'
import { countBound, meanBound, type Seen, sumBound } from './bounds.ts'
import { invalidArgument } from './errors.ts'

const CONFIDENCE = 0.95

export async function countApprox(
  call: Call<unknown>,
  timeoutMs: number,
  given: Confidence | undefined,
): Promise<BoundedResult> {
  let count = 0
  return boundedAction(call, new Count(), timeoutMs, given, {
    merge: (part: number) => {
      count += part
    },
    result: (seen): BoundedDouble => countBound(count, seen),
  })
}

/** How often each element, or each key, is there. */
export async function countByApprox<K>(
  call: Call<unknown>,
  ofKeys: boolean,
  timeoutMs: number,
  given: Confidence | undefined,
): Promise<PartialResult<KeyedMap<K, BoundedDouble>>> {
  const counts = new KeyedMap<K, number>()
  return boundedAction(call, new CountByValue<K>(ofKeys), timeoutMs, given, {
    merge: part => {
      for (const [key, count] of part) counts.set(key, (counts.get(key) ?? 0) + count)
    },
    result: seen => {
      const bounds = [...counts].map(([key, count]) => [key, countBound(count, seen)] as const)
      return new KeyedMap<K, BoundedDouble>(bounds)
    },
  })
}

export async function statsApprox(
  call: Call<number>,
  what: 'sum' | 'mean',
  timeoutMs: number,
  given: Confidence | undefined,
): Promise<BoundedResult> {
  const counter = new StatCounter()
  const boundOf = what === 'sum' ? sumBound : meanBound
  return boundedAction(call, new Stats(), timeoutMs, given, {
    merge: part => {
      counter.merge(StatCounter.of(part))
    },
    result: (seen): BoundedDouble => boundOf(counter, seen),
  })
}

/** What the user's evaluator makes of what the user's function gives for partitions. */
export async function runApproximate<T, U, R extends object>(
  call: Call<T>,
  f: (partition: Records<T>) => U,
  evaluator: ApproximateEvaluator<U, R>,
  timeoutMs: number,
  given: ActionOptions | undefined,
): Promise<PartialResult<R>> {
  const { op } = call
  const isEvaluator =
    typeof evaluator?.merge === 'function' && typeof evaluator.currentResult === 'function'
  if (!isEvaluator) {
    throw invalidArgument(op, 'evaluator', evaluator, 'an object with merge and currentResult')
  }
  const options = actionOptions(op, given)
  const action = new RunFunction(op.fn(f), true) as Action<T, U>
  return partially(call, action, timeoutMs, options, {
    merge: (part, partition) => evaluator.merge(partition, part),
    result: () => evaluator.currentResult(),
  })
}

interface Merging<U, R> {
  merge(part: U, partition: number): void
  result(seen: Pick<Seen, 'merged' | 'total'>): R
}

async function boundedAction<T, U, R extends object>(
  call: Call<T>,
  action: Action<T, U>,
  timeoutMs: number,
  given: Confidence | undefined,
  { merge, result }: { merge(part: U): void; result(seen: Seen): R },
): Promise<PartialResult<R>> {
  const { op } = call
  const asked: ApproxOptions =
    typeof given === 'number'
      ? { confidence: given }
      : optionsOf<ApproxOptions>(op, 'confidence', given)
  const { confidence = CONFIDENCE } = asked
  if (!(confidence > 0 && confidence <= 1)) {
    throw invalidArgument(op, 'confidence', confidence, 'a number above 0, and 1 at most')
  }
  return partially(call, action, timeoutMs, actionOptions(op, asked), {
    merge,
    result: seen => result({ ...seen, confidence }),
  })
}

/** What is known after `timeoutMs`, or when all is, whichever comes first; the job goes on. */
async function partially<T, U, R extends object>(
  call: Call<T>,
  action: Action<T, U>,
  timeoutMs: number,
  options: ActionOptions,
  { merge, result }: Merging<U, R>,
): Promise<PartialResult<R>> {
  const { op, jobs, lineage } = call
  if (!(Number.isFinite(timeoutMs) && timeoutMs >= 0)) {
    throw invalidArgument(op, 'timeoutMs', timeoutMs, 'a number of milliseconds, 0 or more')
  }
  await jobs.prepare(lineage, op, options)
  const total = lineage.numPartitions
  let merged = 0
  const current = (): R => result({ merged, total })
  const done = jobs.run<T, U>({
    ...{ op, lineage, action, options },
    onResult: (partition, part) => {
      merge(part, partition)
      merged += 1
    },
  })
  const isDone = await withinTime(done, timeoutMs, jobs.clock)
  return partialResult(current(), isDone, () => done.then(current))
}

/** Whether it was done in time; rejects where it failed before. */
async function withinTime(
  done: Promise<void>,
  timeoutMs: number,
  clock: Call<never>['jobs']['clock'],
): Promise<boolean> {
  // Who has not asked for the final value is not told why there is none.
  done.catch(() => undefined)
  let timer: ReturnType<typeof clock.after> | undefined
  const timeout = new Promise<boolean>(resolve => {
    timer = clock.after(timeoutMs, () => resolve(false))
  })
  try {
    return await Promise.race([done.then(() => true), timeout])
  } finally {
    timer?.cancel()
  }
}

/** The result itself, with what is known of it beside its own properties. */
function partialResult<R extends object>(
  result: R,
  isInitialValueFinal: boolean,
  getFinalValue: () => Promise<R>,
): PartialResult<R> {
  const own = Object.isExtensible(result)
    ? result
    : Object.create(Object.getPrototypeOf(result), Object.getOwnPropertyDescriptors(result))
  return Object.defineProperties(own, {
    isInitialValueFinal: { value: isInitialValueFinal, configurable: true },
    getFinalValue: { value: getFinalValue, configurable: true },
  })
}
