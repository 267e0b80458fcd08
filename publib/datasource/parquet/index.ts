export { loadParquetWriter } from './hyparquet-writer.ts'
export { BOUNDS, type RowFilter } from './parquet-bounds.ts'
export { isParquetCodec, type ParquetCodec } from './parquet-codecs.ts'
export type { ParquetOutput } from './parquet-part.ts'
export { columnsOfRows, type ParquetColumn } from './parquet-types.ts'
export {
  type ParquetPiece,
  type ParquetQuery,
  type PlannedGroup,
  planParquet,
  readParquet,
} from './read-parquet.ts'
