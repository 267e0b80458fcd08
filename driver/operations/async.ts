import { type AsyncSettings, type Lineage, MapAsync } from '#publib/lineage'
import type { AsyncOptions, NarrowOptions } from '../options.ts'
import type { AsyncFunction } from '../values.ts'
import { narrowOptions, options, wholeNumber } from './arguments.ts'
import { invalidArgument } from './errors.ts'
import type { Operation } from './operation.ts'

export function mapAsync<T, U>(
  op: Operation,
  parent: Lineage<T>,
  f: AsyncFunction<T, U>,
  given?: AsyncOptions & NarrowOptions,
): Lineage<U> {
  const settings = asyncSettings(op, given)
  const { keepsKeys, name } = narrowOptions(op, given)
  const retryIf = op.optionalFn(given?.retryIf, 'retryIf')
  const how = { keepsKeys, settings, retryIf }
  return new MapAsync(op.about('MapPartitions', name), parent, op.fn(f), how)
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
