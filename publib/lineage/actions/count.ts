import { type Batch, type Column, rowsOf } from '#publib/columnar'
import { Action } from '../action.ts'
import type { Fields } from '../lineage.ts'

/** How many elements a partition has. */
export class Count extends Action<unknown, number> {
  static readonly tag = 'count'
  override readonly tag = Count.tag

  static decode(): Count {
    return new Count()
  }

  override run(records: Iterable<Batch<unknown>>): number {
    let count = 0
    for (const batch of records) count += batch.length
    return count
  }

  override runColumns(columns: Iterable<Column>): number {
    let count = 0
    for (const column of columns) count += rowsOf(column)
    return count
  }

  override fields(): Fields {
    return {}
  }
}
