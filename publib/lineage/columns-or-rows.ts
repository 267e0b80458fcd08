import { type Column, ownColumn } from '#publib/columnar'
import type { ComputeContext } from './compute-context.ts'
import type { Lineage } from './lineage.ts'

/** The records of a partition as columns: plain values where it has only rows. */
export function* columnsOrRows(
  lineage: Lineage<unknown>,
  partition: number,
  context: ComputeContext,
): Generator<Column> {
  const columns = context.columns(lineage, partition)
  if (columns !== undefined) yield* columns
  else for (const values of context.compute(lineage, partition)) yield { kind: 'values', values }
}

/** Columns for who keeps them, in memory of their own. */
export function* ownColumns(columns: Iterable<Column>): Generator<Column> {
  for (const column of columns) yield ownColumn(column)
}
