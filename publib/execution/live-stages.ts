import type { StageInstance } from '#publib/lineage'
import type { StageId } from '#publib/util'

/**
 * Stages that run in the driver's own thread with the user's own function objects, so that breakpoints, mocks and coverage
 * work in them. Who launches their tasks puts them here instead of encoding them; they leave with `dropStages`.
 */
export type LiveStages = Map<StageId, StageInstance>
