import { StorageLevel } from '#publib/blocks'
import { type Lineage, standing } from '#publib/lineage'
import type { CachedBytes } from '#publib/status'
import type { ShuffleId } from '#publib/util'
import type { RDDStorageInfo } from '../options.ts'
import { invalidArgument, storageLevelSet } from './errors.ts'
import type { Operation } from './operation.ts'

/** Marks an RDD to be kept; false where nothing is to be kept. @throws INVALID_ARGUMENT, STORAGE_LEVEL_SET */
export function persist(op: Operation, lineage: Lineage<unknown>, level: StorageLevel): boolean {
  if (!(level instanceof StorageLevel)) {
    throw invalidArgument(op, 'storageLevel', level, 'a StorageLevel, as StorageLevel.DISK_ONLY')
  }
  const before = lineage.storageLevel
  if (before.isValid && !before.equals(level)) throw storageLevelSet(op, before, level)
  if (!level.isValid) return false
  lineage.about.isCached = true
  lineage.about.storageLevel = level
  if (level.replication > 1) op.origin.warnOnce(ONE_COPY)
  return true
}

const ONE_COPY =
  'cached partitions are kept in one copy, whatever the storage level says of replication: ' +
  'those of an executor host that is lost are computed again'

/** Of the RDDs that are persisted, those of which something is kept. */
export function storageInfos(
  kept: readonly CachedBytes[],
  persistent: ReadonlyMap<number, Lineage<unknown>>,
): readonly RDDStorageInfo[] {
  return kept.flatMap(({ id, ...bytes }) => {
    const lineage = persistent.get(id)
    if (lineage === undefined) return []
    const { numPartitions, storageLevel } = lineage
    return [{ id, name: lineage.about.name, storageLevel, numPartitions, ...bytes }]
  })
}

/** The shuffles of a lineage. */
export function shufflesOf(top: Lineage<unknown>): readonly ShuffleId[] {
  const seen = new Set([standing(top)])
  const shuffleIds = new Set<ShuffleId>()
  for (const lineage of seen) {
    for (const id of lineage.shuffleIds()) shuffleIds.add(id)
    for (const parent of lineage.parents) seen.add(standing(parent))
  }
  return [...shuffleIds]
}
