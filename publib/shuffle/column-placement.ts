import { type Column, valuesOf } from '#publib/columnar'
import { rangePlacesOf } from './column-places.ts'
import { checkedPartition, HashPartitioner, type Partitioner } from './partitioner.ts'

/**
 * The partition of each key. A hash partitioner takes the hashes that are at hand; ranges are found by kernels; any other is asked and checked.
 * The result may lie in `room`.
 */
export function placesOfKeys(
  keys: Column,
  hashes: Int32Array,
  partitioner: Partitioner,
  room = new Int32Array(0),
): Int32Array {
  if (Object.getPrototypeOf(partitioner) === HashPartitioner.prototype) {
    return placesOfHashes(keys, hashes, partitioner.numPartitions, room)
  }
  const ranges = rangePlacesOf(partitioner)
  if (ranges !== undefined) return ranges.of(keys)
  const values = valuesOf(keys)
  const places = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) places[i] = checkedPartition(partitioner, values[i])
  return places
}

/** As placeHash of each, null and undefined in partition 0. */
function placesOfHashes(
  keys: Column,
  hashes: Int32Array,
  numPartitions: number,
  room: Int32Array,
): Int32Array {
  const places =
    room.length < hashes.length ? new Int32Array(hashes.length) : room.subarray(0, hashes.length)
  if (keys.kind === 'constant') return places.fill(0)
  if ((numPartitions & (numPartitions - 1)) === 0) {
    maskHashes(hashes, numPartitions - 1, places)
  } else divideHashes(hashes, numPartitions, places)
  if (keys.kind === 'nullable') {
    const { marks } = keys
    for (let i = 0; i < marks.length; i++) if (marks[i] !== 0) places[i] = 0
  } else if (keys.kind === 'values') {
    const { values } = keys
    for (let i = 0; i < values.length; i++) {
      if (values[i] === null || values[i] === undefined) places[i] = 0
    }
  }
  return places
}

function maskHashes(hashes: Int32Array, mask: number, places: Int32Array): void {
  for (let i = 0; i < hashes.length; i++) places[i] = hashes[i]! & mask
}

/** The remainder, exactly; the operator itself is several times slower for 32 bits without a sign. */
function divideHashes(hashes: Int32Array, divisor: number, places: Int32Array): void {
  for (let i = 0; i < hashes.length; i++) {
    const hash = hashes[i]! >>> 0
    places[i] = hash - Math.floor(hash / divisor) * divisor
  }
}
