import type { Lineage } from '#publib/lineage'
import type { HostId } from '#publib/util'
import type { CacheTracker } from './cache-tracker.ts'
import type { MapOutputTracker } from './map-output-tracker.ts'
import { partitionOf, type Stage } from './stage.ts'
import type { TaskPreference } from './task-set-events.ts'

/** Beyond so many maps or reducers, adding up sizes costs more than it saves. */
const REDUCE_LOCALITY_MAX = 1000
/** A worker that holds so much of a reducer's input is worth running it on. */
const REDUCE_SHARE_MIN = 0.2

/**
 * Where each task is best run: where a cached partition lies, else where its data lies, looked for along the narrow chain
 * from the stage's last RDD; for reducers, workers that hold a good part of the input. Undefined: nowhere in particular.
 */
export function preferencesOf(
  stage: Stage,
  indexes: readonly number[],
  cache: CacheTracker,
  outputs: MapOutputTracker,
): readonly TaskPreference[] | undefined {
  const { chain } = stage.outline
  const hasOwn = chain.some(
    lineage => (lineage.about.isCached && cache.hasAnyOf(lineage.id)) || lineage.hasPreferences,
  )
  const shares = hasOwn ? undefined : reducerShares(stage, outputs)
  if (!hasOwn && shares === undefined) return undefined
  const all = indexes.map(index => {
    const partition = partitionOf(stage, index)
    if (shares === undefined) return preferenceOf(stage.lineage, partition, cache)
    return { hostIds: [], places: shares(partition) }
  })
  return all.some(one => one.hostIds.length + one.places.length > 0) ? all : undefined
}

function preferenceOf(
  from: Lineage<unknown>,
  partition: number,
  cache: CacheTracker,
): TaskPreference {
  const stack: { lineage: Lineage<unknown>; partition: number }[] = [{ lineage: from, partition }]
  const seen = new Set<Lineage<unknown>>()
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (seen.has(at.lineage)) continue
    seen.add(at.lineage)
    const hostIds: readonly HostId[] = at.lineage.about.isCached
      ? cache.hostsOf(at.lineage.id, at.partition)
      : []
    const places = at.lineage.preferredLocations(at.partition)
    if (hostIds.length + places.length > 0) return { hostIds, places }
    for (const dependency of at.lineage.dependencies.toReversed()) {
      if (dependency.kind !== 'narrow') continue
      const parent = dependency.parents(at.partition)[0]
      if (parent !== undefined) stack.push({ lineage: dependency.parent, partition: parent })
    }
  }
  return { hostIds: [], places: [] }
}

/** For a stage that reads one shuffle, reducer by reducer: the workers that hold a good part of its input. */
function reducerShares(
  stage: Stage,
  outputs: MapOutputTracker,
): ((partition: number) => readonly string[]) | undefined {
  const [input, other] = stage.outline.inputs
  if (input === undefined || other !== undefined) return undefined
  const statuses = outputs.statuses(input.shuffleId)
  const reducerCount = statuses[0]?.sizes.length ?? 0
  const isAligned = stage.lineage.numPartitions === reducerCount
  const isSmall = Math.max(reducerCount, statuses.length) < REDUCE_LOCALITY_MAX
  const workerCount = new Set(statuses.map(status => status.location.workerId)).size
  if (!isAligned || !isSmall || workerCount < 2) return undefined
  return partition => {
    const bytesByWorker = new Map<string, number>()
    let totalBytes = 0
    for (const { location, sizes } of statuses) {
      const bytes = sizes[partition] ?? 0
      totalBytes += bytes
      bytesByWorker.set(location.workerId, (bytesByWorker.get(location.workerId) ?? 0) + bytes)
    }
    const isWorth = (bytes: number) => bytes > 0 && bytes >= totalBytes * REDUCE_SHARE_MIN
    return [...bytesByWorker].filter(([, bytes]) => isWorth(bytes)).map(([worker]) => worker)
  }
}
