import { type Batch, type Column, valuesOf } from '#publib/columnar'
import { Action } from '../action.ts'
import { notANumber } from '../errors.ts'
import type { Fields } from '../lineage.ts'

/** The sum of the numbers of a partition. */
export class Sum extends Action<number, number> {
  static readonly tag = 'sum'
  override readonly tag = Sum.tag

  static decode(): Sum {
    return new Sum()
  }

  override run(records: Iterable<Batch<number>>): number {
    let sum = 0
    for (const batch of records) sum = addedTo(sum, batch)
    return sum
  }

  override runColumns(columns: Iterable<Column>): number {
    let sum = 0
    for (const column of columns) {
      if (column.kind === 'i32') for (const value of column.values) sum += value
      else if (column.kind === 'f64') for (const value of column.values) sum += value
      else sum = addedTo(sum, valuesOf(column))
    }
    return sum
  }

  override fields(): Fields {
    return {}
  }
}

function addedTo(start: number, values: readonly unknown[]): number {
  let sum = start
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value !== 'number') throw notANumber('sum()', value)
    sum += value
  }
  return sum
}
