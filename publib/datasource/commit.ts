import { homedir } from 'node:os'
import { dirname, isAbsolute, join, relative } from 'node:path'
import type { Files } from '#publib/env'
import { type Codec, checkWritable } from './codecs/index.ts'
import { commitFailed, outputExists, outputRefused } from './errors.ts'
import {
  isPartName,
  type Manifest,
  type ManifestFile,
  readManifest,
  SUCCESS,
  writeManifest,
} from './manifest.ts'
import {
  attemptFolder,
  cleanUpOutput,
  completeFolder,
  oldFolder,
  stagingFolder,
} from './output-folders.ts'
import type { PartFormat } from './part-formats.ts'
import type { OutputJob, WrittenPart } from './part-sink.ts'
import { absolutePath } from './paths.ts'

export interface OutputOptions {
  readonly mode: OutputJob['mode']
  readonly codec: Codec
  /** Default: text. */
  readonly format?: PartFormat | undefined
  /** Unique for each save: part of the name of its private folder. */
  readonly jobId: string
  /** What the job reads: an output in, at or around it is refused. */
  readonly inputs?: readonly string[] | undefined
}

/**
 * Begins an output, on the driver, before any task: looks whether it may be written, ends or removes what earlier jobs have
 * left, and makes its private folder. Undefined: there is something already and the mode is 'ignore'. Of two jobs that
 * write to one path at the same time the later one wins, and the earlier one fails.
 *
 * @throws OUTPUT_EXISTS, OUTPUT_REFUSED, CODEC_UNAVAILABLE
 */
export async function beginOutput(
  path: string,
  options: OutputOptions,
  files: Files,
): Promise<OutputJob | undefined> {
  const { mode, codec, jobId, format = { kind: 'text' } } = options
  checkWritable(codec)
  const target = absolutePath(path)
  checkTarget(target, options.inputs ?? [])
  await cleanUpOutput(target, files)
  const there = await files.stat(target)
  if (there !== undefined && there.kind !== 'folder') {
    throw outputRefused(path, `it is a ${there.kind === 'link' ? 'link' : 'file'} and no folder`)
  }
  if (there !== undefined && mode === 'error') throw outputExists(path)
  if (there !== undefined && mode === 'ignore') return undefined
  const staging = stagingFolder(target, jobId)
  await files.makeFolder(staging)
  return { path: target, staging, jobId, codec, mode, format }
}

/**
 * Makes the first attempt of each partition the output, all at once: readers see what was there before or all of the new.
 *
 * @throws COMMIT_FAILED
 */
export async function commitOutput(
  output: OutputJob,
  parts: readonly WrittenPart[],
  numPartitions: number,
  files: Files,
): Promise<Manifest> {
  const chosen = firstAttempts(output, parts, numPartitions)
  try {
    const isAppend = output.mode === 'append' && (await files.stat(output.path)) !== undefined
    const manifest = isAppend
      ? await append(output, chosen, files)
      : await replace(output, chosen, files)
    await files.remove(output.staging)
    return manifest
  } catch (error) {
    throw commitFailed(output.path, error instanceof Error ? error.message : String(error), error)
  }
}

/** Gives up an output: nothing of it stays. */
export async function abortOutput(output: OutputJob, files: Files): Promise<void> {
  await cleanUpOutput(output.path, files)
}

function checkTarget(target: string, inputs: readonly string[]): void {
  if (dirname(target) === target) throw outputRefused(target, 'it is the root of the file system')
  if (target === homedir()) throw outputRefused(target, 'it is your home folder')
  for (const input of inputs) {
    if (input === target) throw outputRefused(target, 'the job reads it')
    if (isWithin(input, target)) throw outputRefused(target, `the job reads ${input} in it`)
    if (isWithin(target, input))
      throw outputRefused(target, `it is in ${input}, which the job reads`)
  }
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way !== '' && !way.startsWith('..') && !isAbsolute(way)
}

function firstAttempts(
  output: OutputJob,
  parts: readonly WrittenPart[],
  numPartitions: number,
): WrittenPart[] {
  const chosen: (WrittenPart | undefined)[] = new Array(numPartitions).fill(undefined)
  for (const part of parts) chosen[part.partition] ??= part
  const missing = chosen.indexOf(undefined)
  if (missing >= 0 || chosen.length !== numPartitions) {
    throw commitFailed(output.path, `partition ${missing} has not been written`)
  }
  return chosen as WrittenPart[]
}

/** Gathers the new output in a folder of its own, and exchanges the two by renaming. */
async function replace(
  output: OutputJob,
  parts: readonly WrittenPart[],
  files: Files,
): Promise<Manifest> {
  const complete = completeFolder(output.staging)
  await files.makeFolder(complete)
  for (const part of parts) {
    await files.rename(
      join(attemptFolder(output.staging, part.attempt), part.name),
      join(complete, part.name),
    )
  }
  const manifest = manifestOf(output, parts.map(listed))
  await writeManifest(complete, manifest, files)
  await files.writeFile(join(complete, SUCCESS), new Uint8Array())
  if (output.mode === 'overwrite' && (await files.stat(output.path)) !== undefined) {
    await files.rename(output.path, oldFolder(output.staging))
  }
  try {
    // Fails where somebody has made the folder meanwhile and put something in it.
    await files.rename(complete, output.path)
  } catch (error) {
    await cleanUpOutput(output.path, files)
    throw error
  }
  return manifest
}

/** Puts further files beside those that are there; a manifest that lists both makes them output. */
async function append(
  output: OutputJob,
  parts: readonly WrittenPart[],
  files: Files,
): Promise<Manifest> {
  const listedBefore = await filesBefore(output, files)
  const taken = new Set(await files.list(output.path))
  const added: ManifestFile[] = []
  for (const part of parts) {
    const name = freeName(part.name, taken)
    await files.rename(
      join(attemptFolder(output.staging, part.attempt), part.name),
      join(output.path, name),
    )
    added.push({ ...listed(part), name })
  }
  const manifest = manifestOf(output, [...listedBefore, ...added])
  await writeManifest(output.path, manifest, files)
  await files.writeFile(join(output.path, SUCCESS), new Uint8Array())
  return manifest
}

/** From now on a manifest says what is output, and parts that it does not list are not. */
async function filesBefore(output: OutputJob, files: Files): Promise<readonly ManifestFile[]> {
  const manifest = await readManifest(output.path, files)
  if (manifest === undefined) {
    const found = await unlisted(output.path, files)
    await writeManifest(output.path, manifestOf(output, found), files)
    return found
  }
  const names = new Set(manifest.files.map(file => file.name))
  for (const name of await files.list(output.path)) {
    // What an earlier append has left, for it never came to its manifest.
    if (isPartName(name) && !names.has(name)) await files.remove(join(output.path, name))
  }
  return manifest.files
}

/** Files of a folder that simSpark has not written: they go on to be read. Rows and checksums are not known. */
async function unlisted(folder: string, files: Files): Promise<ManifestFile[]> {
  const names = (await files.list(folder)).filter(name => !/^[._]/.test(name)).sort()
  const stats = await Promise.all(names.map(name => files.stat(join(folder, name))))
  return names.map((name, i) => ({ name, rows: 0, bytes: stats[i]?.size ?? 0, crc32: 0 }))
}

/** `part-00003-1.gz` where `part-00003.gz` is taken. */
function freeName(name: string, taken: Set<string>): string {
  const [, stem = name, extension = ''] = /^(part-\d+)(.*)$/.exec(name) ?? []
  let free = name
  for (let i = 1; taken.has(free); i++) free = `${stem}-${i}${extension}`
  taken.add(free)
  return free
}

function listed({ name, rows, bytes, crc32 }: WrittenPart): ManifestFile {
  return { name, rows, bytes, crc32 }
}

function manifestOf(output: OutputJob, files: readonly ManifestFile[]): Manifest {
  const rows = files.reduce((sum, file) => sum + file.rows, 0)
  return { version: 1, jobId: output.jobId, rows, files }
}
