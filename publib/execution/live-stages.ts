import type { Action, Lineage, ShuffleDependency } from '#publib/lineage'
import type { StageId } from '#publib/util'

/** What the tasks of a stage do: with the user's functions instantiated, or the user's own where a stage runs in the driver. */
export interface LiveStage {
  readonly lineage: Lineage<unknown>
  readonly work: StageWork
}

export type StageWork =
  | { readonly kind: 'result'; readonly action: Action<unknown, unknown> }
  | { readonly kind: 'shuffleMap'; readonly dependency: ShuffleDependency }

/**
 * Stages that run in the driver's own thread with the user's own function objects, so that breakpoints, mocks and coverage
 * work in them. Who launches their tasks puts them here instead of encoding them.
 */
export type LiveStages = Map<StageId, LiveStage>
