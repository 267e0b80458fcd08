import {
  abortOutput,
  beginOutput,
  codecNamed,
  commitOutput,
  type OutputJob,
  type WrittenPart,
} from '#publib/datasource'
import { atCallSite, FilesLineage, type Lineage, SaveText, SourceScan } from '#publib/lineage'
import type { Codec, SaveOptions } from '../options.ts'
import type { Call } from './actions.ts'
import { actionOptions, options as optionsOf } from './arguments.ts'
import { invalidArgument } from './errors.ts'
import { resultsOf } from './jobs.ts'

const MODES = ['error', 'overwrite', 'append', 'ignore'] as const

/**
 * Writes one line an element to a folder of `part-NNNNN`. Tasks write to private folders; when all have ended the driver makes
 * one attempt of each partition the output, with a manifest and `_SUCCESS` last. A failure leaves what was there before.
 */
export async function saveAsTextFile(
  call: Call<unknown>,
  path: string,
  given?: Codec | SaveOptions,
): Promise<void> {
  const { op, jobs, lineage } = call
  if (typeof path !== 'string') throw invalidArgument(op, 'path', path, 'a text')
  const asked: SaveOptions =
    typeof given === 'string' ? { codec: given } : optionsOf<SaveOptions>(op, 'codec', given)
  const { mode = 'error' } = asked
  if (!MODES.includes(mode)) throw invalidArgument(op, 'mode', mode, `one of ${MODES.join(', ')}`)
  const options = actionOptions(op, asked)
  await jobs.prepare(lineage, op, options)
  let output: OutputJob | undefined
  try {
    const codec = codecNamed(asked.codec ?? 'none')
    const wishes = { mode, codec, jobId: jobs.nextOutputId(), inputs: filesOf(lineage) }
    output = await beginOutput(path, wishes, jobs.files)
    if (output === undefined) return
    const action = new SaveText(output)
    const parts = await resultsOf<unknown, WrittenPart>(jobs, { ...call, action, options })
    await commitOutput(output, parts, lineage.numPartitions, jobs.files)
  } catch (error) {
    if (output !== undefined) await abortOutput(output, jobs.files)
    throw atCallSite(error, op.callSite)
  }
}

/** The files that a prepared lineage reads. */
function filesOf(top: Lineage<unknown>): readonly string[] {
  const seen = new Set([top])
  const files = new Set<string>()
  for (const lineage of seen) {
    const readsFiles = lineage instanceof SourceScan || lineage instanceof FilesLineage
    if (readsFiles) for (const file of lineage.files) files.add(file)
    for (const parent of lineage.parents) seen.add(parent)
  }
  return [...files]
}
