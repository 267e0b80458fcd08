import { type Column, gatherColumn, rowsOf } from '#publib/columnar'
import type { Sampler } from '#publib/lineage'
import type { OpenChain } from './open-chain.ts'

/** Columns at the end of a chain, for a sampler that wants few of their rows. */
export class SampleTaker {
  readonly #sampler: Sampler<unknown>
  /** Whether what comes was chosen already. */
  #isChosen = false

  constructor(sampler: Sampler<unknown>) {
    this.#sampler = sampler
  }

  /** Sends a column through the chain: where rows do not depend on each other, those alone that are wanted at its end. */
  send(column: Column, chain: OpenChain): void {
    this.#isChosen = chain.isRowwise(column)
    if (!this.#isChosen) chain.push(column)
    else {
      const rows = this.#sampler.wanted(rowsOf(column))
      if (rows.length > 0) chain.push(gatherColumn(column, rows))
    }
  }

  take(column: Column): void {
    if (this.#isChosen) this.#sampler.take(column)
    else {
      const rows = this.#sampler.wanted(rowsOf(column))
      if (rows.length > 0) this.#sampler.take(gatherColumn(column, rows))
    }
  }
}
