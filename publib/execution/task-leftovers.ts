import type { Files } from '#publib/env'
import type { TaskId } from '#publib/util'

/** Where tasks leave files. */
export interface TaskFolders {
  readonly shuffleFolder: string
  readonly spillFolder: string
}

/** Deletes what a task had under way whose thread was ended: nobody else knows of it. Finished map outputs stay. */
export async function removeLeftovers(
  files: Files,
  { shuffleFolder, spillFolder }: TaskFolders,
  taskId: TaskId,
): Promise<void> {
  const spilled = (await namesIn(files, spillFolder)).filter(name => name.startsWith(`${taskId}-`))
  const unfinished = (await namesIn(files, shuffleFolder)).filter(
    name => name.endsWith('.tmp') && name.includes(`_${taskId}.`),
  )
  const paths = [
    ...spilled.map(name => `${spillFolder}/${name}`),
    ...unfinished.map(name => `${shuffleFolder}/${name}`),
  ]
  // What cannot be deleted now goes with the application's folder.
  for (const path of paths) await files.remove(path).catch(() => undefined)
}

function namesIn(files: Files, folder: string): Promise<readonly string[]> {
  return files.list(folder).catch(() => [])
}
