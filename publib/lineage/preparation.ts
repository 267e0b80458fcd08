import type { Files } from '#publib/env'
import type { Action } from './action.ts'
import type { Lineage } from './lineage.ts'

/** What the driver lends to operators that must find out their partitions at an action. */
export interface Preparation {
  readonly files: Files
  /** A folder on this machine that lasts as long as the context, made when it is first asked for. */
  folder(): Promise<string>
  /** The action's. */
  readonly signal: AbortSignal | undefined
  /** Tasks that may ever run at once; undefined where nothing bounds them. */
  readonly tasksAtOnceMax: number | undefined
  /** Runs a job of its own over all partitions of a prepared lineage; results by partition. */
  runJob<T, R>(lineage: Lineage<T>, action: Action<T, R>, name: string): Promise<readonly R[]>
}
