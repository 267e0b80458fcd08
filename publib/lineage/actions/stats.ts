import type { Batch } from '#publib/columnar'
import { Action } from '../action.ts'
import { notANumber } from '../errors.ts'
import type { Fields } from '../lineage.ts'
import { StatCounter, type StatState } from '../stat-counter.ts'

/** Count, mean, spread and extremes of the numbers of a partition. */
export class Stats extends Action<number, StatState> {
  static readonly tag = 'stats'
  override readonly tag = Stats.tag

  static decode(): Stats {
    return new Stats()
  }

  override run(records: Iterable<Batch<number>>): StatState {
    const counter = new StatCounter()
    for (const batch of records) {
      for (let i = 0; i < batch.length; i++) {
        const value: unknown = batch[i]
        if (typeof value !== 'number') throw notANumber('stats()', value)
        counter.merge(value)
      }
    }
    return counter.state
  }

  override fields(): Fields {
    return {}
  }
}
