import type { AccumulatorDelta } from '#publib/protocol'
import { encodeValue } from '#publib/serialization'
import type { AccumulatorId } from '#publib/util'
import type { AccumulatorOperations } from './accumulator-operations.ts'

/** What a task adds to an accumulator: known by its id, so that two captures of one accumulator are one. */
export interface AccumulatorKey<In, State> {
  readonly id: AccumulatorId
  readonly label: string
  readonly operations: AccumulatorOperations<In, State>
  readonly countFailedValues: boolean
}

/** An accumulator of the user's own class, as it lives in a task. */
export interface OwnAccumulator {
  readonly countFailedValues: boolean
  /** Its state as plain data. */
  state(): unknown
}

interface Entry {
  readonly countFailedValues: boolean
  readonly state: () => unknown
}

/** What one attempt has added so far. It travels with the attempt's end, and the driver counts it once. */
export class TaskAccumulators {
  // Made with the first accumulator: most tasks have none.
  #sums: Map<AccumulatorId, { state: unknown }> | undefined
  #entries: Map<AccumulatorId, Entry> | undefined

  add<In, State>(key: AccumulatorKey<In, State>, value: In): void {
    this.#sums ??= new Map()
    let sum = this.#sums.get(key.id) as { state: State } | undefined
    if (sum === undefined) {
      sum = { state: key.operations.zero() }
      const held = sum
      this.#sums.set(key.id, held)
      const { countFailedValues } = key
      this.#entries ??= new Map()
      this.#entries.set(key.id, { countFailedValues, state: () => held.state })
    }
    sum.state = key.operations.add(sum.state, value, key.label)
  }

  /** Undoes what this attempt added. */
  reset(id: AccumulatorId): void {
    this.#sums?.delete(id)
    this.#entries?.delete(id)
  }

  /** The one instance of an own accumulator in this task. */
  own<A extends OwnAccumulator>(id: AccumulatorId, make: () => A): A {
    this.#entries ??= new Map()
    const known = this.#entries.get(id) as (Entry & { readonly instance: A }) | undefined
    if (known !== undefined) return known.instance
    const instance = make()
    const { countFailedValues } = instance
    const entry = { countFailedValues, instance, state: () => instance.state() }
    this.#entries.set(id, entry)
    return instance
  }

  /** As bytes; after a failure only those that count then too. */
  deltas(hasFailed: boolean): readonly AccumulatorDelta[] {
    // Plain loops: user functions may have replaced Array's methods, and their error is to be told all the same.
    const deltas: AccumulatorDelta[] = []
    if (this.#entries === undefined) return deltas
    for (const [accumulatorId, entry] of this.#entries) {
      if (hasFailed && !entry.countFailedValues) continue
      deltas[deltas.length] = { accumulatorId, bytes: encodeValue(entry.state()) }
    }
    return deltas
  }
}
