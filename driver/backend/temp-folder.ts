import { type Files, isAlive, ownIdentity, pidNamespace } from '#publib/env'

/** Names that only this package gives to folders for temporary files; `-stale` marks one that is being deleted. */
const NAME = /^simspark-(?:app-\d{14}-[0-9a-f]{8}(?:-files)?|local-cluster-\w{6})(-stale)?$/
const OWNER = 'owner'
const OWNER_BYTES_MAX = 1_000

/** Says in a temporary folder whose it is, so that others can tell when nobody needs it any more. */
export function claimFolder({ sync }: Pick<Files, 'sync'>, folder: string): void {
  const file = sync.open(`${folder}/${OWNER}`, 'wx')
  try {
    const owner = { ...ownIdentity(), pidNamespace: pidNamespace() }
    file.write(new TextEncoder().encode(JSON.stringify(owner)))
  } finally {
    file.close()
  }
}

/**
 * Deletes what programs left in a folder for temporary files that were killed and could not do so themselves. Only what names an
 * owner that is surely dead, and belongs to the user of this process; whatever cannot be told for sure stays.
 */
export async function sweepFolders(files: Files, parent: string): Promise<void> {
  const names = await files.list(parent).catch(() => [])
  for (const name of names) {
    const [isOurs, stale] = NAME.exec(name) ?? []
    if (isOurs === undefined) continue
    try {
      await sweepFolder(files, `${parent}/${name}`, stale !== undefined)
    } catch {
      // Another process deletes it too, or may not be disturbed: it is nobody's task but a kindness.
    }
  }
}

async function sweepFolder(files: Files, path: string, isStale: boolean): Promise<void> {
  const stat = await files.stat(path)
  if (stat?.kind !== 'folder' || stat.uid !== process.getuid?.()) return
  if (isStale) return files.remove(path)
  const owner = await files.stat(`${path}/${OWNER}`)
  if (owner?.kind !== 'file' || owner.size > OWNER_BYTES_MAX) return
  const text = new TextDecoder().decode(await files.readFile(`${path}/${OWNER}`))
  if (!isOwnerDead(JSON.parse(text))) return
  // Under its new name nobody takes half of it for the whole.
  await files.rename(path, `${path}-stale`)
  await files.remove(`${path}-stale`)
}

function isOwnerDead(owner: unknown): boolean {
  if (typeof owner !== 'object' || owner === null) return false
  const { pid, startTime, bootId, ...rest } = owner as Readonly<Record<string, unknown>>
  const isKnown = typeof startTime === 'string' && startTime !== '' && typeof bootId === 'string'
  if (!isKnown || typeof pid !== 'number' || rest['pidNamespace'] !== pidNamespace()) return false
  return !isAlive({ pid, startTime, bootId })
}
