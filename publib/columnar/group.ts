/**
 * The values of one key: iterable any number of times, with `size` and `toArray()`. The record codec knows it and gives back
 * one that is held in memory.
 */
export abstract class ValueGroup<out V> implements Iterable<V> {
  abstract readonly size: number
  abstract [Symbol.iterator](): Iterator<V>

  /** All values in memory. */
  toArray(): V[] {
    return [...this]
  }

  toJSON(): V[] {
    return this.toArray()
  }

  [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    return this.size > 1000 ? `Group(${this.size})` : this.toArray()
  }
}

/** A group whose values are in memory. */
export class ArrayGroup<out V> extends ValueGroup<V> {
  readonly size: number
  readonly #values: readonly V[]

  constructor(values: readonly V[]) {
    super()
    this.size = values.length
    this.#values = values
  }

  override [Symbol.iterator](): Iterator<V> {
    return this.#values[Symbol.iterator]()
  }

  /** The values of a group: an array that is not to be changed, where they are in memory. */
  static itemsOf<V>(group: ValueGroup<V>): readonly V[] | ValueGroup<V> {
    return group instanceof ArrayGroup ? group.#values : group
  }

  override toArray(): V[] {
    return this.#values.slice()
  }
}
