import type { Batch } from '#publib/columnar'
import { type ParquetPiece, type ParquetQuery, readParquet } from '#publib/datasource/parquet'
import { AsyncLineage } from '../async-lineage.ts'
import type { AsyncComputeContext } from '../compute-context.ts'
import type { About, Fields, Lineage } from '../lineage.ts'
import { onlyParent, type Parts } from '../operator.ts'
import { fieldsOfQuery, queryOfFields } from '../parquet-query.ts'

/** The rows of pieces of Parquet files. Its reader waits, so that tasks run it before they begin. */
export class ParquetRows extends AsyncLineage<ParquetPiece, unknown> {
  static readonly tag = 'parquetRows'
  override readonly tag = ParquetRows.tag
  readonly #query: ParquetQuery

  constructor(about: About, parent: Lineage<ParquetPiece>, query: ParquetQuery) {
    super(about, parent, false)
    this.#query = query
  }

  static decode(parts: Parts): ParquetRows {
    return new ParquetRows(parts.about, onlyParent(parts), queryOfFields(parts.fields))
  }

  override async *computeAsync(
    partition: number,
    context: AsyncComputeContext,
  ): AsyncGenerator<Batch<unknown>> {
    const { files } = context.environment
    for (const pieces of context.compute(this.parent, partition)) {
      for (const piece of pieces) {
        for await (const rows of readParquet(piece, this.#query, files, context.metrics)) {
          context.checkCancelled()
          yield rows
        }
      }
    }
  }

  override fields(): Fields {
    return fieldsOfQuery(this.#query)
  }
}
