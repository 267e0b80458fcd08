import type { BlockLocation, MapStatus } from '#publib/blocks'
import { v } from '#publib/schema'
import type { TaskId } from '#publib/util'
import { count, list } from './decode.ts'
import type { DriverToExecutor } from './driver-executor.ts'
import { locationShape, PARTITIONS_MAX, shuffleIdShape } from './task-shapes.ts'
import { BadBytes, pick, WireReader, WireTable, WireWriter } from './wire-bytes.ts'

type MapOutputs = DriverToExecutor & { readonly type: 'mapOutputs' }

/*
 * `mapOutputs` on the wire: locations once, in the header; each status as numbers in the only payload. Sizes take a byte or
 * two each instead of five characters, and are not looked at one by one as JSON would be: there are maps × reducers of them.
 */
const LOCATIONS_MAX = 65_536
export const locationsShape = list(locationShape, LOCATIONS_MAX)
const HASH_LENGTH_MAX = 128
const packedShape = v.strictObject({
  type: v.literal('packedMapOutputs'),
  shuffleId: shuffleIdShape,
  epoch: count(),
  locations: locationsShape,
})

interface Packed {
  readonly locations: readonly BlockLocation[]
  readonly bytes: Uint8Array
}

/** One list of statuses goes to every host: packed once. */
const packedLists = new WeakMap<readonly MapStatus[], Packed>()

export function packMapOutputs({ shuffleId, epoch, statuses }: MapOutputs) {
  let packed = packedLists.get(statuses)
  if (packed === undefined) {
    packed = pack(statuses)
    packedLists.set(statuses, packed)
  }
  const { locations, bytes } = packed
  return {
    header: { type: 'packedMapOutputs', shuffleId, epoch, locations },
    payloads: [bytes],
  }
}

function pack(statuses: readonly MapStatus[]): Packed {
  const locations = new WireTable<BlockLocation>()
  const out = new WireWriter()
  for (const status of statuses) putStatus(out, status, locations)
  return { locations: locations.values, bytes: out.finish() }
}

/** One status as numbers; `locations` stands in the header. */
export function putStatus(
  out: WireWriter,
  { mapPartition, taskId, location, sizes, records, contentHash }: MapStatus,
  locations: WireTable<BlockLocation>,
): void {
  const { workerId, host, port } = location
  out.varint(mapPartition)
  out.varint(taskId)
  out.varint(locations.place(`${workerId} ${host} ${port}`, () => location))
  out.varint(records)
  out.ascii(contentHash)
  out.varint(sizes.length)
  for (let i = 0; i < sizes.length; i++) out.varint(sizes[i] as number)
}

/** @throws BadBytes */
export function readStatus(reader: WireReader, locations: readonly BlockLocation[]): MapStatus {
  const mapPartition = reader.varint()
  if (mapPartition > PARTITIONS_MAX) throw new BadBytes('there is no such map')
  const taskId = reader.varint() as TaskId
  const location = pick(locations, reader.varint())
  const records = reader.varint()
  const contentHash = reader.ascii(HASH_LENGTH_MAX)
  const sizes = new Array<number>(reader.count(PARTITIONS_MAX, 1))
  for (let i = 0; i < sizes.length; i++) sizes[i] = reader.varint()
  return { mapPartition, taskId, location, sizes, records, contentHash }
}

/** @throws BadBytes, ValiError */
export function unpackMapOutputs(header: unknown, payloads: readonly Uint8Array[]): MapOutputs {
  const { shuffleId, epoch, locations } = v.parse(packedShape, header, { abortEarly: true })
  const [bytes] = payloads
  if (bytes === undefined || payloads.length !== 1) throw new BadBytes('map outputs: one payload')
  const reader = new WireReader(bytes)
  const statuses: MapStatus[] = []
  while (reader.left > 0) statuses.push(readStatus(reader, locations))
  return { type: 'mapOutputs', shuffleId, epoch, statuses }
}
