import { capture, check } from '#publib/closure'
import { type About, type Root, rootOf } from '#publib/lineage'
import type { CallSite, RddId, ShuffleId } from '#publib/util'
import type { AnyFunction } from '../values.ts'
import { type ArgumentPlace, invalidArgument } from './errors.ts'

/** What a context lends to the operations on its RDDs. */
export interface Origin {
  nextRddId(): RddId
  nextShuffleId(): ShuffleId
  /** `simspark.default.parallelism`, where it is set: the number of partitions that the default rule gives. */
  readonly partitionsByDefault: number | undefined
  /** Told of classes whose instances are taken in as plain objects. */
  onLostClass(className: string): void
  /** Says something to the user the first time. */
  warnOnce(text: string): void
}

/** One call of the API: its name, the user's line, and what it makes lineages of. */
export class Operation implements ArgumentPlace {
  readonly origin: Origin
  /** `map`. */
  readonly method: string
  readonly callSite: CallSite | undefined

  /** As it stands in messages: `rdd.map()`. */
  readonly operation: string

  constructor(
    origin: Origin,
    receiver: 'rdd' | 'sc',
    method: string,
    callSite: CallSite | undefined,
  ) {
    this.origin = origin
    this.method = method
    this.callSite = callSite
    this.operation = `${receiver}.${method}()`
  }

  /** Of a new lineage; `name` is the user's, for what the call returns. */
  about(operator: string, name?: string): About {
    const { method, callSite, origin } = this
    const id = origin.nextRddId()
    return { id, operator, operation: method, callSite, name, isCached: false }
  }

  /**
   * A function that the user gave, checked now, so that what cannot travel fails at this line.
   *
   * @throws INVALID_ARGUMENT, CLOSURE_NOT_SHIPPABLE, NESTED_RDD
   */
  fn<F extends AnyFunction>(f: F, name = 'f'): Root<F> {
    if (typeof f !== 'function') throw invalidArgument(this, name, f, 'a function')
    const { operation, callSite } = this
    check({ fn: f, operation, callSite })
    return rootOf(f, operation, callSite)
  }

  /** A function that may be left out. */
  optionalFn<F extends AnyFunction>(f: F | undefined, name: string): Root<F> | undefined {
    return f === undefined ? undefined : this.fn(f, name)
  }

  /** A value that travels with functions. @throws CLOSURE_NOT_SHIPPABLE, NESTED_RDD */
  value<V>(value: V): Root<V> {
    const { operation, callSite } = this
    if (typeof value === 'object' && value !== null) capture([{ value, operation, callSite }])
    return rootOf(value, operation, callSite)
  }
}
