export function addByIds(
  ids: Int32Array,
  values: Float64Array | Int32Array,
  sums: Float64Array,
  size: number,
): number {
  let known = size
  for (let row = 0; row < values.length; row++) {
    const id = ids[row]!
    if (id >= known) {
      sums[id] = values[row]!
      known = id + 1
    } else sums[id] = sums[id]! + values[row]!
  }
  return known
}
