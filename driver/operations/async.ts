import {
  type AsyncGiving,
  type AsyncSettings,
  type Lineage,
  MapAsync,
  type Root,
} from '#publib/lineage'
import type { ActionOptions, AsyncOptions, NarrowOptions } from '../options.ts'
import type { AsyncFunction } from '../values.ts'
import { type Call, count } from './actions.ts'
import { narrowOptions, options, wholeNumber } from './arguments.ts'
import { invalidArgument } from './errors.ts'
import type { Operation } from './operation.ts'

export function mapAsync<T, U>(
  op: Operation,
  parent: Lineage<T>,
  f: AsyncFunction<T, U>,
  given?: AsyncOptions & NarrowOptions,
): Lineage<U> {
  return calling(op, parent, op.fn(f), 'one', given)
}

/** Any number of elements for each. */
export function flatMapAsync<T, U>(
  op: Operation,
  parent: Lineage<T>,
  f: AsyncFunction<T, Iterable<U> | AsyncIterable<U>>,
  given?: AsyncOptions & NarrowOptions,
): Lineage<U> {
  return calling(op, parent, op.fn(f) as Root<AsyncFunction<T, unknown>>, 'many', given)
}

/** Calls it with each element, and gives nothing. */
export async function foreachAsync<T>(
  call: Call<T>,
  f: AsyncFunction<T, unknown>,
  given?: AsyncOptions & ActionOptions,
): Promise<void> {
  const lineage = calling<T, never>(call.op, call.lineage, call.op.fn(f), 'nothing', given)
  await count({ ...call, lineage }, given)
}

function calling<T, U>(
  op: Operation,
  parent: Lineage<T>,
  f: Root<AsyncFunction<T, unknown>>,
  gives: AsyncGiving,
  given: (AsyncOptions & NarrowOptions) | undefined,
): Lineage<U> {
  const settings = asyncSettings(op, given)
  const { keepsKeys, name } = narrowOptions(op, given)
  const retryIf = op.optionalFn(given?.retryIf, 'retryIf')
  const how = { keepsKeys, settings, retryIf, gives }
  const made = new MapAsync<T, unknown>(op.about('MapPartitions', name), parent, f, how)
  return made as Lineage<unknown> as Lineage<U>
}

function asyncSettings(op: Operation, given: AsyncOptions | undefined): AsyncSettings {
  const { ordered = true, ...limits } = options<AsyncOptions>(op, 'options', given)
  const { concurrency = 16, retries = 0, backoffMs = 100, backoffMsMax = 30_000 } = limits
  const { concurrencyPerJob, ratePerSecond, timeoutMs } = limits
  return {
    concurrency: wholeNumber(op, 'concurrency', concurrency, 1),
    concurrencyPerJob: optional(concurrencyPerJob, value =>
      wholeNumber(op, 'concurrencyPerJob', value, 1),
    ),
    ratePerSecond: optional(ratePerSecond, value => aboveZero(op, 'ratePerSecond', value)),
    retries: wholeNumber(op, 'retries', retries, 0),
    backoffMs: wholeNumber(op, 'backoffMs', backoffMs, 0),
    backoffMsMax: wholeNumber(op, 'backoffMsMax', backoffMsMax, 0),
    timeoutMs: optional(timeoutMs, value => aboveZero(op, 'timeoutMs', value)),
    ordered,
  }
}

function optional<V, W>(value: V | undefined, check: (value: V) => W): W | undefined {
  return value === undefined ? undefined : check(value)
}

function aboveZero(op: Operation, name: string, value: number): number {
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value
  throw invalidArgument(op, name, value, 'a number above 0')
}
