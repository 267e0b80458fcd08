import { type ShippedAs, shipAs } from '#publib/closure/revive'
import { decodeValue } from '#publib/serialization'
import { type AccumulatorId, accumulatorId } from '#publib/util'
import type { AccumulatorOperations, NumberState } from './accumulator-operations.ts'
import { currentTask } from './current-task.ts'
import { accumulatorRead } from './errors.ts'
import type { AccumulatorKey } from './task-accumulators.ts'

/** Named ones are shown in the UI. What failed attempts added counts only with `countFailedValues`. */
export interface AccumulatorOptions {
  readonly name?: string
  readonly countFailedValues?: boolean
}

/** What the driver holds of every accumulator: updates of tasks are merged into it. */
export interface MergingAccumulator {
  readonly id: number
  readonly name: string | undefined
  /** Joins what one task added, as bytes of the record codec. */
  mergeUpdate(bytes: Uint8Array): void
}

/** Tasks add, the driver reads. A retry never counts twice; a second action counts again. */
export class Accumulator<in In, State, out Out> implements MergingAccumulator {
  readonly id: AccumulatorId
  readonly name: string | undefined
  readonly #key: AccumulatorKey<In, State>
  readonly #show: (state: State) => Out
  readonly #isZero: (state: State) => boolean
  #state: State

  constructor(id: number, kind: AccumulatorKind<In, State, Out>, options: AccumulatorOptions = {}) {
    this.id = accumulatorId(id)
    this.name = options.name
    const label = `accumulator ${options.name === undefined ? id : `'${options.name}'`}`
    const countFailedValues = options.countFailedValues ?? false
    this.#key = { id: this.id, label, operations: kind.operations, countFailedValues }
    this.#show = kind.show
    this.#isZero = kind.isZero
    this.#state = kind.initial
  }

  /** @throws ACCUMULATOR_READ in a task */
  get value(): Out {
    return this.#show(this.state)
  }

  get isZero(): boolean {
    return this.#isZero(this.#state)
  }

  add(value: In): void {
    const task = currentTask()
    if (task !== undefined) task.accumulators.add(this.#key, value)
    else this.#state = this.#key.operations.add(this.#state, value, this.#key.label)
  }

  reset(): void {
    const task = currentTask()
    if (task !== undefined) task.accumulators.reset(this.id)
    else this.#state = this.#key.operations.zero()
  }

  mergeUpdate(bytes: Uint8Array): void {
    this.#state = this.#key.operations.merge(this.#state, decodeValue(bytes) as State)
  }

  [shipAs](): ShippedAs {
    const { id, label, operations, countFailedValues } = this.#key
    return { kind: 'accumulator', data: { id, label, operations, countFailedValues } }
  }

  protected get state(): State {
    if (currentTask() !== undefined) throw accumulatorRead(this.#key.label)
    return this.#state
  }
}

/** What sets one kind of accumulator apart. */
export interface AccumulatorKind<In, State, Out> {
  readonly operations: AccumulatorOperations<In, State>
  readonly initial: State
  readonly show: (state: State) => Out
  readonly isZero: (state: State) => boolean
}

/** Adds numbers, and knows count and average. `avg` of none is NaN. */
export class NumberAccumulator extends Accumulator<number, NumberState, number> {
  constructor(
    id: number,
    operations: AccumulatorOperations<number, NumberState>,
    options?: AccumulatorOptions,
  ) {
    const kind = {
      operations,
      initial: { sum: 0, count: 0 },
      show: (state: NumberState) => state.sum,
      isZero: (state: NumberState) => state.count === 0,
    }
    super(id, kind, options)
  }

  get sum(): number {
    return this.state.sum
  }

  get count(): number {
    return this.state.count
  }

  get avg(): number {
    return this.state.sum / this.state.count
  }
}
