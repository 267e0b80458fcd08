import { type ShuffleId, shuffleId, type TaskId, taskId } from '#publib/util'

/** The map output of one attempt. Its files are named by it, so an older attempt is never read for a newer one. */
export interface MapOutputId {
  readonly shuffleId: ShuffleId
  readonly mapPartition: number
  readonly taskId: TaskId
}

/** `shuffle_<shuffle>_<map partition>_<task>.data`: what all reducers read of one map task. */
export function mapOutputDataName(id: MapOutputId): string {
  return `${stem(id)}.data`
}

/** `shuffle_<shuffle>_<map partition>_<task>.index`: written last; without it there is no map output. */
export function mapOutputIndexName(id: MapOutputId): string {
  return `${stem(id)}.index`
}

const NAME = /^shuffle_(\d{1,15})_(\d{1,15})_(\d{1,15})\.(data|index)$/

/** The map output that a file belongs to; undefined for any other name. */
export function parseMapOutputName(
  name: string,
): (MapOutputId & { readonly kind: 'data' | 'index' }) | undefined {
  const match = NAME.exec(name)
  if (match === null) return undefined
  return {
    shuffleId: shuffleId(Number(match[1])),
    mapPartition: Number(match[2]),
    taskId: taskId(Number(match[3])),
    kind: match[4] as 'data' | 'index',
  }
}

/** `rdd_3_7`: partition 7 of RDD 3, as a cached block. */
export function rddBlockName(rddId: number, partition: number): string {
  return `rdd_${rddId}_${partition}`
}

function stem(id: MapOutputId): string {
  return `shuffle_${id.shuffleId}_${id.mapPartition}_${id.taskId}`
}
