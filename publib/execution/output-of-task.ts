import type { TaskDescription } from '#publib/task'
import type { UserOutputPiece } from './executor-host-options.ts'

/** What a user function printed, each line with the task that printed it in front. */
export function outputOfTask({ text }: UserOutputPiece, task: TaskDescription | undefined): string {
  const name =
    task === undefined ? '[no task] ' : `[stage ${task.stageId}, partition ${task.partition}] `
  return text.replace(/^(?!$)/gm, name)
}
