import { type Batch, type Column, rowsOf, sliceColumn, valuesOf } from '#publib/columnar'
import { Action, type ActionParts } from '../action.ts'
import type { Fields } from '../lineage.ts'

/** The first elements of a partition; no more than they are computed. */
export class Take<T> extends Action<T, T[]> {
  static readonly tag = 'take'
  override readonly tag = Take.tag
  readonly count: number

  constructor(count: number) {
    super()
    this.count = count
  }

  static decode(parts: ActionParts): Take<unknown> {
    return new Take(parts.fields['count'] as number)
  }

  override run(records: Iterable<Batch<T>>): T[] {
    const taken: T[] = []
    if (this.count === 0) return taken
    for (const batch of records) {
      for (let i = 0; i < batch.length && taken.length < this.count; i++) taken.push(batch[i]!)
      if (taken.length >= this.count) break
    }
    return taken
  }

  override runColumns(columns: Iterable<Column>): T[] {
    const taken: T[] = []
    if (this.count === 0) return taken
    for (const column of columns) {
      const rows = Math.min(rowsOf(column), this.count - taken.length)
      for (const element of valuesOf(sliceColumn(column, 0, rows))) taken.push(element as T)
      if (taken.length >= this.count) break
    }
    return taken
  }

  override fields(): Fields {
    return { count: this.count }
  }
}
