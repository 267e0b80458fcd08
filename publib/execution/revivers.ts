import { registerReviver } from '#publib/closure/revive'
import type { AccumulatorId, BroadcastId } from '#publib/util'
import { AccumulatorV2, type OwnAccumulatorData, reviveOwnAccumulator } from './accumulator-v2.ts'
import { currentTask } from './current-task.ts'
import { accumulatorRead, broadcastMissing } from './errors.ts'
import { SparkFiles } from './spark-files.ts'
import type { AccumulatorKey } from './task-accumulators.ts'
import { TaskContext } from './task-context.ts'

/** Says what the shared variables are that user functions captured: those of the task for which they are instantiated. */
export function registerRevivers(): void {
  registerReviver('TaskContext', () => TaskContext)
  registerReviver('SparkFiles', () => SparkFiles)
  registerReviver('AccumulatorV2', () => AccumulatorV2)
  registerReviver('broadcast', data => reviveBroadcast(data as { id: BroadcastId }))
  registerReviver('accumulator', data => reviveAccumulator(data as AccumulatorKey<never, unknown>))
  registerReviver('ownAccumulator', data => {
    const own = data as OwnAccumulatorData
    const task = currentTask()
    const make = () => reviveOwnAccumulator(own)
    return task === undefined ? make() : task.accumulators.own(own.id, make)
  })
}

function reviveBroadcast({ id }: { id: BroadcastId }): object {
  const broadcasts = currentTask()?.broadcasts
  return {
    id,
    get value() {
      if (broadcasts === undefined) throw broadcastMissing(id)
      return broadcasts.read(id)
    },
  }
}

function reviveAccumulator(key: AccumulatorKey<never, unknown>): object {
  return {
    id: key.id as AccumulatorId,
    name: undefined,
    add: (value: never) => currentTask()?.accumulators.add(key, value),
    reset: () => currentTask()?.accumulators.reset(key.id),
    get value() {
      throw accumulatorRead(key.label)
    },
    get isZero() {
      throw accumulatorRead(key.label)
    },
  }
}
