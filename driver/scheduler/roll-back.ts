import type { ShuffleId } from '#publib/util'
import { changeAllActive, type DAGState, killAttempts } from './dag-state.ts'
import { failJobsOf } from './end-job.ts'
import type { Stage } from './stage.ts'

/**
 * A map task ran again and gave another content. Whoever has read the older one starts anew, and whoever has read that;
 * results that were delivered cannot be taken back, so their job fails.
 */
export function rollBackConsumers(state: DAGState, stage: Stage, partition: number): void {
  const changed: ShuffleId[] = stage.dependency === undefined ? [] : [stage.dependency.shuffleId]
  for (const shuffleId of changed) {
    for (const consumer of state.outputs.consumersOf(shuffleId)) {
      if (changed.includes(consumer)) continue
      state.outputs.reset(consumer)
      changed.push(consumer)
    }
    for (const reader of state.table.stages()) {
      if (!reader.parentShuffles.includes(shuffleId)) continue
      killAttempts(state, reader, 'its input has changed', 'an input of the stage has changed')
      if (reader.deliveredCount === 0) continue
      const { id: stageId, name: stageName } = stage
      const resultCount = reader.deliveredCount
      const failure = { stageId, stageName, partition, resultCount }
      failJobsOf(state, reader, { kind: 'notDeterministic', ...failure })
    }
  }
  changeAllActive(state)
}
