import type { Stats } from 'node:fs'
import type { FileStat } from './env.ts'

/** What a stat of Node says, in the words of `FileStat`. */
export function fileStat(stats: Stats): FileStat {
  const { size, mtimeMs, mode, uid } = stats
  return { kind: kindOf(stats), size, modifiedMs: mtimeMs, mode: mode & 0o7777, uid }
}

function kindOf(stats: Stats): FileStat['kind'] {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'folder'
  return stats.isSymbolicLink() ? 'link' : 'other'
}

/** Whether an error says that nothing is there. */
export function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return code === 'ENOENT' || code === 'ENOTDIR'
}
