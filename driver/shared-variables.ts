import { unshippable, userCallSite } from '#publib/closure'
import {
  Accumulator,
  type AccumulatorOperations,
  type AccumulatorOptions,
  type AccumulatorParam,
  type AccumulatorV2,
  addDoubles,
  addLongs,
  addNumbers,
  Broadcast,
  gather,
  NumberAccumulator,
  operationsOf,
  registerAccumulator,
} from '#publib/execution'
import { encodeValue } from '#publib/serialization'
import type { Engine } from './engine.ts'
import { options as optionsOf } from './operations/arguments.ts'
import { invalidArgument } from './operations/errors.ts'
import type { Operation } from './operations/operation.ts'

type Engines = Pick<Engine, 'addAccumulator' | 'addBroadcast' | 'dropBroadcast'>

/** Makes the broadcasts and accumulators of a context and tells its engine of them. */
export class SharedVariables {
  readonly #engine: Engines
  #broadcasts = 0
  #accumulators = 0

  constructor(engine: Engines) {
    this.#engine = engine
  }

  /** @throws VALUE_NOT_ENCODABLE, NESTED_RDD at the user's line */
  broadcast<T>(op: Operation, value: T): Broadcast<T> {
    if (typeof value === 'object' && value !== null && unshippable in value) op.value(value)
    const bytes = encodeValue(value, { what: 'The value of sc.broadcast()' })
    const control = { dropCopies: this.#engine.dropBroadcast.bind(this.#engine) }
    const callSite = () => userCallSite(Broadcast.prototype.destroy)
    const broadcast = new Broadcast(this.#broadcasts++, value, bytes, control, callSite)
    this.#engine.addBroadcast(broadcast)
    return broadcast
  }

  accumulator<V, In>(
    op: Operation,
    initial: V,
    paramOrOptions: AccumulatorParam<V, In> | AccumulatorOptions | undefined,
    options: AccumulatorOptions | undefined,
  ): Accumulator<In, V, V> {
    const isParam = paramOrOptions !== undefined && 'addInPlace' in paramOrOptions
    const given = isParam ? options : (paramOrOptions as AccumulatorOptions | undefined)
    if (!isParam && typeof initial !== 'number') {
      const hint = 'Say how values are added: sc.accumulator(initial, { zero, addInPlace }).'
      throw invalidArgument(op, 'initial', initial, 'a number where no param is given', hint)
    }
    const numbers = addNumbers as unknown as AccumulatorOperations<In, V>
    const operations = isParam ? operationsOf(initial, paramOrOptions) : numbers
    const kind = {
      operations,
      initial,
      show: (state: V) => state,
      isZero: (state: V) => (isParam ? state === initial : (state as unknown) === 0),
    }
    return this.#added(new Accumulator(this.#accumulators++, kind, named(op, given)))
  }

  longAccumulator(op: Operation, name?: string | AccumulatorOptions): NumberAccumulator {
    return this.#added(new NumberAccumulator(this.#accumulators++, addLongs, named(op, name)))
  }

  doubleAccumulator(op: Operation, name?: string | AccumulatorOptions): NumberAccumulator {
    return this.#added(new NumberAccumulator(this.#accumulators++, addDoubles, named(op, name)))
  }

  collectionAccumulator<T>(
    op: Operation,
    name?: string | AccumulatorOptions,
  ): Accumulator<T, T[], T[]> {
    const kind = {
      operations: gather as AccumulatorOperations<T, T[]>,
      initial: [] as T[],
      show: (state: T[]) => state.slice(),
      isZero: (state: T[]) => state.length === 0,
    }
    return this.#added(new Accumulator(this.#accumulators++, kind, named(op, name)))
  }

  register(
    op: Operation,
    accumulator: AccumulatorV2<never, unknown>,
    name?: string | AccumulatorOptions,
  ): void {
    const id = this.#accumulators++
    this.#engine.addAccumulator(registerAccumulator(accumulator, id, named(op, name)))
  }

  #added<A extends Parameters<Engines['addAccumulator']>[0]>(accumulator: A): A {
    this.#engine.addAccumulator(accumulator)
    return accumulator
  }
}

function named(op: Operation, name: string | AccumulatorOptions | undefined): AccumulatorOptions {
  return typeof name === 'string' ? { name } : optionsOf<AccumulatorOptions>(op, 'name', name)
}
