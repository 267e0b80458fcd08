import type { Batch } from '#publib/columnar'
import type { OpenFile, SyncFiles } from '#publib/env'
import type { TaskMetrics } from '#publib/task'
import { SimSparkError, textOf } from '#publib/util'
import { reasonOf } from '../byte-source.ts'
import { columnMissing, corruptFile, fileUnreadable } from '../errors.ts'
import { type AsyncBuffer, type FileMetaData, hyparquet, type ParquetScan } from './hyparquet.ts'
import { meets, pruningFilter, type RowFilter } from './parquet-bounds.ts'
import { pageDecompressors } from './parquet-codecs.ts'

/** What is read of Parquet files: plain data. */
export interface ParquetQuery {
  /** Undefined: all. */
  readonly columns: readonly string[] | undefined
  readonly filter: RowFilter
}

/** Some row groups of a file that one task reads: rows from `rowStart` up to `rowEnd` of each. */
export interface ParquetPiece {
  readonly path: string
  readonly size: number
  readonly rowStart: number
  readonly rowEnd: number
}

/** A row group that must be read, and what its columns take as they are compressed. */
export interface PlannedGroup extends ParquetPiece {
  readonly bytes: number
}

/** The footer is most often in so many bytes at the end. */
const FOOTER_BYTES = 64 * 1024
const BATCH_ROWS = 8192

/**
 * The row groups of a file that may hold rows which meet the filter: only its footer is read.
 *
 * @throws CORRUPT_FILE, FILE_UNREADABLE, INVALID_ARGUMENT for columns that it has not
 */
export async function planParquet(
  file: { readonly path: string; readonly size: number },
  query: ParquetQuery,
  files: SyncFiles,
): Promise<readonly PlannedGroup[]> {
  return withFile(file, files, undefined, async buffer => {
    const scan = await scanOf(file.path, buffer, query)
    const bytesOf = groupBytes(scan.metadata, query)
    return scan.ranges.map(range => ({
      ...{ path: file.path, size: file.size },
      ...range,
      bytes: bytesOf.get(range.rowStart) ?? 0,
    }))
  })
}

/** The rows of a piece that meet the filter: objects by the names of their columns. @throws CORRUPT_FILE, FILE_UNREADABLE */
export async function* readParquet(
  piece: ParquetPiece,
  query: ParquetQuery,
  files: SyncFiles,
  metrics: TaskMetrics,
): AsyncGenerator<Batch<unknown>> {
  const { path, rowStart, rowEnd } = piece
  const count = rowEnd - rowStart
  const columns = await withFile(piece, files, metrics, async buffer => {
    const scan = await scanOf(path, buffer, { ...query, filter: query.filter })
    const wanted = query.columns ?? namesOf(scan.metadata)
    const names = [...new Set([...wanted, ...Object.keys(query.filter)])]
    const read = new Map<string, ArrayLike<unknown>>()
    for (const column of names) {
      const values = await scan.readColumn({ column, rowStart, rowEnd })
      if (values.length !== count)
        throw new Error(`column ${column} has ${values.length} of ${count} rows`)
      read.set(column, values)
    }
    return wanted
      .map(name => ({ name, values: read.get(name)! }))
      .concat(names.slice(wanted.length).map(name => ({ name, values: read.get(name)! })))
  })
  const wanted = (query.columns ?? columns.map(({ name }) => name)).length
  const tests = Object.entries(query.filter).map(([name, bounds]) => {
    const { values } = columns.find(column => column.name === name)!
    return (row: number): boolean => meets(values[row], bounds)
  })
  for (let start = 0; start < count; start += BATCH_ROWS) {
    const rows: unknown[] = []
    for (let row = start; row < Math.min(count, start + BATCH_ROWS); row++) {
      if (tests.every(test => test(row))) rows.push(rowOf(columns.slice(0, wanted), row))
    }
    metrics.input.records += rows.length
    if (rows.length > 0) yield rows
  }
}

function rowOf(
  columns: readonly { readonly name: string; readonly values: ArrayLike<unknown> }[],
  row: number,
): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const { name, values } of columns) {
    const value = values[row] ?? null
    if (name === '__proto__') {
      Object.defineProperty(out, name, {
        value,
        enumerable: true,
        writable: true,
        configurable: true,
      })
    } else out[name] = value
  }
  return out
}

async function scanOf(
  path: string,
  file: AsyncBuffer,
  { columns, filter }: ParquetQuery,
): Promise<ParquetScan> {
  const { parquetMetadataAsync, parquetScan } = await hyparquet()
  const metadata = await parquetMetadataAsync(file, { initialFetchSize: FOOTER_BYTES })
  const known = namesOf(metadata)
  for (const name of [...(columns ?? []), ...Object.keys(filter)]) {
    if (!known.includes(name)) throw columnMissing(path, name, known)
  }
  return parquetScan({
    ...{ file, metadata, compressors: pageDecompressors },
    // Bytes without a mark that they are text stay bytes.
    utf8: false,
    useOffsetIndex: false,
    filterStrict: false,
    ...(columns === undefined ? {} : { columns: [...columns] }),
    ...(Object.keys(filter).length === 0 ? {} : { pruningFilter: pruningFilter(filter) }),
  })
}

/** The columns at the top, in their order. */
function namesOf({ schema }: FileMetaData): readonly string[] {
  const names: string[] = []
  // Elements stand in the order of a walk, each before its children.
  const skip = (at: number): number => {
    let next = at + 1
    for (let i = 0; i < (schema[at]?.num_children ?? 0); i++) next = skip(next)
    return next
  }
  for (let at = 1; at < schema.length; at = skip(at)) names.push(schema[at]!.name)
  return names
}

/** By the first row of each group. */
function groupBytes(
  metadata: FileMetaData,
  { columns }: ParquetQuery,
): ReadonlyMap<number, number> {
  const bytes = new Map<number, number>()
  let row = 0
  for (const group of metadata.row_groups) {
    let size = 0
    for (const { meta_data: column } of group.columns) {
      const name = column?.path_in_schema[0]
      const isRead = columns === undefined || (name !== undefined && columns.includes(name))
      if (isRead) size += Number(column?.total_compressed_size ?? 0)
    }
    bytes.set(row, size)
    row += Number(group.num_rows)
  }
  return bytes
}

/** Whatever the reader stumbles over is told with the file's name. */
async function withFile<T>(
  { path, size }: { readonly path: string; readonly size: number },
  files: SyncFiles,
  metrics: TaskMetrics | undefined,
  use: (buffer: AsyncBuffer) => Promise<T>,
): Promise<T> {
  let file: OpenFile
  try {
    file = files.open(path, 'r')
  } catch (error) {
    throw fileUnreadable(path, reasonOf(error), error)
  }
  try {
    if (file.size !== size) {
      throw fileUnreadable(path, `it had ${size} bytes when it was listed and has ${file.size} now`)
    }
    return await use(bufferOf(path, file, metrics))
  } catch (error) {
    if (error instanceof SimSparkError) throw error
    throw corruptFile(path, `its Parquet data cannot be read: ${textOf(error)}`, { cause: error })
  } finally {
    file.close()
  }
}

function bufferOf(path: string, file: OpenFile, metrics: TaskMetrics | undefined): AsyncBuffer {
  return {
    byteLength: file.size,
    slice(start, end = file.size) {
      // Nothing is allocated for what a damaged footer says.
      if (!(start >= 0 && end >= start && end <= file.size)) {
        throw new Error(`bytes ${start} to ${end} are said to be in it, and it has ${file.size}`)
      }
      const bytes = new Uint8Array(end - start)
      let at = 0
      while (at < bytes.length) {
        const count = readOrFail(path, file, bytes.subarray(at), start + at)
        if (count === 0) throw new Error('unexpected end of file')
        at += count
      }
      if (metrics !== undefined) metrics.input.bytes += bytes.length
      return bytes.buffer
    },
  }
}

function readOrFail(path: string, file: OpenFile, into: Uint8Array, position: number): number {
  try {
    return file.read(into, position)
  } catch (error) {
    throw fileUnreadable(path, `${reasonOf(error)} at byte ${position}`, error)
  }
}
