import { join } from 'node:path'
import type { Files } from '#publib/env'
import { corruptFile } from './errors.ts'

/** What a folder of saved output consists of: written after its files, and before `_SUCCESS`. */
export interface Manifest {
  readonly version: 1
  readonly jobId: string
  readonly rows: number
  readonly files: readonly ManifestFile[]
}

export interface ManifestFile {
  readonly name: string
  readonly rows: number
  readonly bytes: number
  /** CRC-32 of the bytes as they stand in the file. */
  readonly crc32: number
}

export const MANIFEST = '_manifest.json'
export const SUCCESS = '_SUCCESS'

export async function writeManifest(
  folder: string,
  manifest: Manifest,
  files: Files,
): Promise<void> {
  const text = `${JSON.stringify(manifest, undefined, 1)}\n`
  await files.writeFile(join(folder, MANIFEST), new TextEncoder().encode(text))
}

/** Undefined where the folder has none: it was not written by simSpark. @throws CORRUPT_FILE */
export async function readManifest(folder: string, files: Files): Promise<Manifest | undefined> {
  const path = join(folder, MANIFEST)
  if ((await files.stat(path)) === undefined) return undefined
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(await files.readFile(path)))
    if (isManifest(parsed)) return parsed
  } catch (cause) {
    throw corruptFile(path, 'the manifest of the output cannot be read', { cause })
  }
  throw corruptFile(path, 'it is no manifest of an output')
}

/** Whether a file is named like one that a job has written. */
export function isPartName(name: string): boolean {
  return /^part-\d{5}/.test(name)
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false
  const { version, files } = value as Partial<Manifest>
  return version === 1 && Array.isArray(files) && files.every(isManifestFile)
}

function isManifestFile(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { name, rows, bytes } = value as Partial<ManifestFile>
  if (typeof name !== 'string' || name.includes('/')) return false
  return typeof rows === 'number' && typeof bytes === 'number'
}
