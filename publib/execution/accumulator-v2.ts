import { type ShippedAs, shipAs } from '#publib/closure/revive'
import { decodeValue } from '#publib/serialization'
import { type AccumulatorId, accumulatorId, assert } from '#publib/util'
import type { AccumulatorOptions, MergingAccumulator } from './accumulator.ts'
import { accumulatorNotRegistered, accumulatorPrivateState } from './errors.ts'
import type { OwnAccumulator } from './task-accumulators.ts'

/** What registration knows of an instance: kept beside it, so that the user's class stays the user's. */
interface Registration {
  readonly id: AccumulatorId
  readonly name: string | undefined
  readonly countFailedValues: boolean
}
const registrations = new WeakMap<object, Registration>()

/**
 * An accumulator of your own: extend it and `sc.register` it; its class travels. Its state is its public fields.
 *
 * @example
 * class Longest extends AccumulatorV2<string, string> { text = ''; add(s) { if (s.length > this.text.length) this.text = s } … }
 */
export abstract class AccumulatorV2<in In, out Out> {
  /** The class itself, above a class that travels: executors have one of their own. Subclasses do travel. */
  static get [shipAs](): (() => ShippedAs) | undefined {
    // biome-ignore lint/complexity/noThisInStatic: a subclass inherits it, and is not meant
    const isItself = (this as unknown) === AccumulatorV2
    return isItself ? () => ({ kind: 'AccumulatorV2', data: undefined }) : undefined
  }

  /** @throws ACCUMULATOR_NOT_REGISTERED */
  get id(): number {
    return registrationOf(this).id
  }

  get name(): string | undefined {
    return registrations.get(this)?.name
  }

  abstract readonly isZero: boolean
  abstract readonly value: Out
  abstract add(value: In): void
  abstract reset(): void
  abstract copy(): AccumulatorV2<In, Out>
  abstract merge(other: this): void

  /** How an instance travels; the prototype of a class, which travels with the class, has it too and is none. */
  get [shipAs](): (() => ShippedAs) | undefined {
    return Object.hasOwn(this, 'constructor') ? undefined : () => shipped(this as unknown as Own)
  }
}

type Own = AccumulatorV2<never, unknown>

/** Makes an accumulator known under an id; the driver merges by what this gives. */
export function registerAccumulator(
  accumulator: Own,
  id: number,
  options: AccumulatorOptions = {},
): MergingAccumulator {
  const { name } = options
  refusePrivateState(accumulator)
  assert(!registrations.has(accumulator), `accumulator ${name ?? id} is registered already`)
  const countFailedValues = options.countFailedValues ?? false
  registrations.set(accumulator, { id: accumulatorId(id), name, countFailedValues })
  return {
    id,
    name,
    mergeUpdate(bytes) {
      const other = Object.assign(zeroOf(accumulator), decodeValue(bytes))
      accumulator.merge(other as never)
    },
  }
}

/** What travels of an own accumulator. */
export interface OwnAccumulatorData {
  readonly id: AccumulatorId
  readonly countFailedValues: boolean
  readonly type: object
  readonly fields: Readonly<Record<string, unknown>>
}

/** The task's own instance, which begins at zero. */
export function reviveOwnAccumulator(data: OwnAccumulatorData): Own & OwnAccumulator {
  const instance: Own = Object.assign(Object.create(data.type), data.fields)
  registrations.set(instance, { ...data, name: undefined })
  const { countFailedValues } = data
  // Not enumerable: no part of the state that comes back.
  return Object.defineProperties(instance, {
    countFailedValues: { value: countFailedValues },
    state: { value: () => ({ ...instance }) },
  }) as Own & OwnAccumulator
}

function shipped(accumulator: Own): ShippedAs {
  const { id, countFailedValues } = registrationOf(accumulator)
  const zero = zeroOf(accumulator)
  const type = Object.getPrototypeOf(zero) as object
  const data: OwnAccumulatorData = { id, countFailedValues, type, fields: { ...zero } }
  return { kind: 'ownAccumulator', data }
}

function zeroOf(accumulator: Own): Own {
  const zero = accumulator.copy()
  zero.reset()
  return zero
}

function registrationOf(accumulator: object): Registration {
  const registration = registrations.get(accumulator)
  if (registration === undefined) throw accumulatorNotRegistered(accumulator.constructor.name)
  return registration
}

/** A private field exists only in an instance that a constructor made: it could not be set from what comes back. */
function refusePrivateState(accumulator: object): void {
  for (
    let type: unknown = accumulator.constructor;
    typeof type === 'function' && type !== AccumulatorV2;
    type = Object.getPrototypeOf(type)
  ) {
    if (/(?:^|[\s{;])#\w+\s*(?:[;=}]|\n)/.test(String(type))) {
      throw accumulatorPrivateState(accumulator.constructor.name)
    }
  }
}
