import type { Partitioner } from '#publib/shuffle'
import type { About, Lineage } from './lineage.ts'
import { Values } from './operators/values.ts'

/** The values of what a local checkpoint wrote, each in its old partition: keys lie where they lay. */
export class Remembered<T> extends Values<number, T> {
  readonly #partitioner: Partitioner | undefined

  constructor(
    about: About,
    parent: Lineage<readonly [number, T]>,
    partitioner: Partitioner | undefined,
  ) {
    super(about, parent)
    this.#partitioner = partitioner
  }

  override get partitioner(): Partitioner | undefined {
    return this.#partitioner
  }
}
