import type { Batch } from '#publib/columnar'
import { type OutputJob, type WrittenPart, writePart } from '#publib/datasource'
import { Action, type ActionParts } from '../action.ts'
import type { ComputeContext } from '../compute-context.ts'
import type { Fields } from '../lineage.ts'

/** Writes a partition as a file in a private folder of the attempt; it becomes output when the driver commits it. */
export class SaveParts extends Action<unknown, WrittenPart> {
  static readonly tag: string = 'saveParts'
  override readonly tag: string = SaveParts.tag
  readonly output: OutputJob

  constructor(output: OutputJob) {
    super()
    this.output = output
  }

  static decode(parts: ActionParts): SaveParts {
    return new SaveParts(parts.fields['output'] as OutputJob)
  }

  override run(
    records: Iterable<Batch<unknown>>,
    partition: number,
    context: ComputeContext,
  ): WrittenPart {
    const { files } = context.environment
    const env = {
      files,
      metrics: context.metrics,
      checkCancelled: () => context.checkCancelled(),
    }
    // Unlike the number of the attempt, a task's id is never used twice in an application.
    return writePart(records, this.output, partition, context.task.taskId, env)
  }

  override fields(): Fields {
    return { output: this.output }
  }
}
