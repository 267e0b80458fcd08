import {
  abortOutput,
  beginOutput,
  codecNamed,
  commitOutput,
  type OutputJob,
  type PartFormat,
  type WrittenPart,
} from '#publib/datasource'
import {
  atCallSite,
  FilesLineage,
  type Lineage,
  SaveParquet,
  SaveParts,
  SourceScan,
} from '#publib/lineage'
import type { ActionOptions, Codec, CsvSaveOptions, SaveOptions } from '../options.ts'
import { type Call, take } from './actions.ts'
import { actionOptions, options as optionsOf } from './arguments.ts'
import { invalidArgument } from './errors.ts'
import { resultsOf } from './jobs.ts'

const MODES = ['error', 'overwrite', 'append', 'ignore'] as const

/** One line an element. */
export async function saveAsTextFile(
  call: Call<unknown>,
  path: string,
  given?: Codec | SaveOptions,
): Promise<void> {
  await saveAs(call, path, saveOptions(call, given), async () => ({ kind: 'text' }))
}

/** One JSON value a line. */
export async function saveAsJsonLines(
  call: Call<unknown>,
  path: string,
  given?: Codec | SaveOptions,
): Promise<void> {
  await saveAs(call, path, saveOptions(call, given), async () => ({ kind: 'jsonLines' }))
}

/** Blocks of the record codec: whatever can travel. Compressed unless told otherwise. */
export async function saveAsObjectFile(
  call: Call<unknown>,
  path: string,
  given?: Codec | SaveOptions,
): Promise<void> {
  const options = { codec: 'lz4', ...saveOptions(call, given) } as const
  await saveAs(call, path, options, async () => ({ kind: 'objects' }))
}

/** One row an element: an object by column names, an array by position. The first row names the columns. */
export async function saveAsCsv(
  call: Call<object>,
  path: string,
  given?: Codec | CsvSaveOptions,
): Promise<void> {
  const { op } = call
  const asked = saveOptions<CsvSaveOptions>(call, given)
  const { delimiter = ',', header = true, escapeFormulas = false, columns } = asked
  const isSign = typeof delimiter === 'string' && /^[^"\r\n]$/.test(delimiter)
  if (!isSign) throw invalidArgument(op, 'delimiter', delimiter, 'one character, and no quote')
  if (columns !== undefined && !(Array.isArray(columns) && columns.length > 0)) {
    throw invalidArgument(op, 'columns', columns, 'names of columns')
  }
  await saveAs(call, path, asked, async options => {
    const first = columns === undefined ? (await take(call, 1, options))[0] : undefined
    const isArray = first === undefined || Array.isArray(first)
    const names = columns ?? (isArray ? undefined : Object.keys(first))
    const hasHeader = header && names !== undefined
    return { kind: 'csv', delimiter, columns: names, hasHeader, escapesFormulas: escapeFormulas }
  })
}

export function saveOptions<O extends SaveOptions>(
  { op }: Pick<Call<never>, 'op'>,
  given?: Codec | O,
): Partial<O> {
  return typeof given === 'string' ? ({ codec: given } as O) : optionsOf<O>(op, 'codec', given)
}

/**
 * Writes a folder of `part-NNNNN`. Tasks write to private folders; when all have ended the driver makes one attempt of each
 * partition the output, with a manifest and `_SUCCESS` last. A failure leaves what was there before.
 */
export async function saveAs<T>(
  call: Call<T>,
  path: string,
  asked: SaveOptions,
  formatOf: (options: ActionOptions) => Promise<PartFormat>,
): Promise<void> {
  const { op, jobs, lineage } = call
  if (typeof path !== 'string') throw invalidArgument(op, 'path', path, 'a text')
  const { mode = 'error' } = asked
  if (!MODES.includes(mode)) throw invalidArgument(op, 'mode', mode, `one of ${MODES.join(', ')}`)
  const options = actionOptions(op, asked)
  await jobs.prepare(lineage, op, options)
  let output: OutputJob | undefined
  try {
    const codec = codecNamed(asked.codec ?? 'none')
    const inputs = filesOf(lineage)
    const wishes = { mode, codec, jobId: jobs.nextOutputId(), inputs }
    output = await beginOutput(path, wishes, jobs.files)
    if (output === undefined) return
    const format = await formatOf(options)
    const Save = format.kind === 'parquet' ? SaveParquet : SaveParts
    const action = new Save({ ...output, format })
    const parts = await resultsOf<T, WrittenPart>(jobs, { ...call, action, options })
    await commitOutput(output, parts, lineage.numPartitions, jobs.files)
  } catch (error) {
    // What cannot be removed now, the next save to this path removes.
    if (output !== undefined) await abortOutput(output, jobs.files).catch(() => undefined)
    throw atCallSite(error, op.callSite)
  }
}

/** The files that a prepared lineage reads, and the paths that the user gave. */
function filesOf(top: Lineage<unknown>): readonly string[] {
  const seen = new Set([top])
  const files = new Set<string>()
  for (const lineage of seen) {
    const readsFiles = lineage instanceof SourceScan || lineage instanceof FilesLineage
    if (readsFiles) for (const file of [...lineage.paths, ...lineage.files]) files.add(file)
    for (const parent of lineage.parents) seen.add(parent)
  }
  return [...files]
}
