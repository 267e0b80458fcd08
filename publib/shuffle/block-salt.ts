import type { MapOutputId } from '#publib/blocks'
import { hashString } from '#publib/util'

/** What a block of a map output is, as a number in its checksum: read in another's place it counts as damaged. */
export function blockSalt(id: MapOutputId, reducePartition: number): number {
  return hashString(`${id.shuffleId}/${id.mapPartition}/${id.taskId}/${reducePartition}`) >>> 0
}
