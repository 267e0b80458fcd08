/** Rows in the order of their places, those of one place as they came. */
export interface Scattered {
  /** Rows. */
  readonly order: Uint32Array
  /** The rows of place p are those from `bounds[p]` up to `bounds[p + 1]`. */
  readonly bounds: Uint32Array
}

/** Sorts rows by places from 0 up to `count`: a counting sort. */
export function scatterRows(places: Int32Array | Uint32Array, count: number): Scattered {
  const bounds = new Uint32Array(count + 1)
  for (let i = 0; i < places.length; i++) {
    const after = places[i]! + 1
    bounds[after] = bounds[after]! + 1
  }
  for (let place = 0; place < count; place++)
    bounds[place + 1] = bounds[place + 1]! + bounds[place]!
  const next = bounds.slice(0, count)
  const order = new Uint32Array(places.length)
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!
    const at = next[place]!
    order[at] = i
    next[place] = at + 1
  }
  return { order, bounds }
}
