import { statSync } from 'node:fs'
import { SimSparkError } from '#publib/util'
import { shownValue, unsafePath } from './errors.ts'
import type { Resolved } from './resolved.ts'

/**
 * Looks at the folders for temporary files that `simspark.local.dir` names: each there, a folder, and none that
 * others could put files of ours aside in.
 *
 * @throws INVALID_SETTING, PATH_REFUSED
 */
export function checkLocalDirs(settings: Resolved): void {
  for (const path of settings.get('simspark.local.dir') ?? []) {
    const found = statSync(path, { throwIfNoEntry: false })
    const where = `${settings.source('simspark.local.dir')}: simspark.local.dir names ${shownValue(path)}`
    if (found === undefined) throw refused(`${where}, which is not there`)
    if (!found.isDirectory()) throw refused(`${where}, which is a file and no folder`)
    const isSticky = (found.mode & 0o1000) !== 0
    if ((found.mode & 0o002) !== 0 && !isSticky) {
      throw unsafePath(where, 'which everybody may write to; chmod o-w it, or chmod +t')
    }
  }
}

function refused(message: string): SimSparkError {
  return new SimSparkError('INVALID_SETTING', message)
}
