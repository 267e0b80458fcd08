import { basename, dirname, join } from 'node:path'
import type { Files } from '#publib/env'
import { SUCCESS } from './manifest.ts'

/*
 * A job writes beside its output, in `.<name>.simspark-<job>/`, on the same file system:
 *   _temporary/<attempt>/part-NNNNN   what tasks write
 *   complete/                         the output as it will be
 *   old/                              what an overwrite replaces, while it does
 * Two renames exchange the output: `output → old`, `complete → output`. A driver that dies between them leaves no output at
 * its name; then `complete` is the output, and whoever reads or writes it next looks there.
 */

export function stagingFolder(path: string, jobId: string): string {
  return join(dirname(path), `.${basename(path)}.simspark-${jobId}`)
}

export const attemptFolder = (staging: string, attempt: number): string =>
  join(staging, '_temporary', String(attempt))
export const completeFolder = (staging: string): string => join(staging, 'complete')
export const oldFolder = (staging: string): string => join(staging, 'old')

/** The staging folders of a path that other jobs have left. */
export async function leftStagings(path: string, files: Files): Promise<string[]> {
  const parent = dirname(path)
  if ((await files.stat(parent))?.kind !== 'folder') return []
  const start = `.${basename(path)}.simspark-`
  const names = await files.list(parent)
  return names
    .filter(name => name.startsWith(start))
    .sort()
    .map(name => join(parent, name))
}

/** Where the output of this name stands: at its name, but for an overwrite that was cut in the middle. */
export async function whereOutputStands(path: string, files: Files): Promise<string> {
  if ((await files.stat(path)) !== undefined) return path
  return (await interrupted(path, files))?.stands ?? path
}

/** Ends an overwrite that was cut in the middle, and removes what jobs have left behind. */
export async function cleanUpOutput(path: string, files: Files): Promise<void> {
  if ((await files.stat(path)) === undefined) {
    const cut = await interrupted(path, files)
    if (cut !== undefined) await files.rename(cut.stands, path)
  }
  for (const staging of await leftStagings(path, files)) await files.remove(staging)
}

async function interrupted(
  path: string,
  files: Files,
): Promise<{ readonly stands: string } | undefined> {
  for (const staging of await leftStagings(path, files)) {
    if ((await files.stat(oldFolder(staging))) === undefined) continue
    const complete = completeFolder(staging)
    const isWhole = (await files.stat(join(complete, SUCCESS))) !== undefined
    return { stands: isWhole ? complete : oldFolder(staging) }
  }
  return undefined
}
