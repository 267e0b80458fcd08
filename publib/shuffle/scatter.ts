/** Rows in the order of their places, those of one place as they came. */
export interface Scattered {
  /** Rows. */
  readonly order: Uint32Array
  /** The rows of place p are those from `bounds[p]` up to `bounds[p + 1]`. */
  readonly bounds: Uint32Array
}

/** Sorts rows by places from 0 up to `count`: a counting sort. */
export function scatterRows(places: Int32Array, count: number): Scattered {
  return new Scatterer(count).scatter(places)
}

/** Scatters again and again among as many places, in the same memory. */
export class Scatterer {
  readonly #bounds: Uint32Array
  readonly #next: Uint32Array
  #order = new Uint32Array(0)

  constructor(count: number) {
    this.#bounds = new Uint32Array(count + 1)
    this.#next = new Uint32Array(count)
  }

  /** Valid until the next call. */
  scatter(places: Int32Array): Scattered {
    const rows = places.length
    const bounds = this.#bounds
    const next = this.#next
    countPlaces(places, bounds.fill(0))
    for (let place = 0; place < next.length; place++) {
      next[place] = bounds[place]!
      bounds[place + 1] = bounds[place + 1]! + bounds[place]!
    }
    if (this.#order.length < rows) this.#order = new Uint32Array(rows)
    orderRows(places, next, this.#order)
    return { order: this.#order.subarray(0, rows), bounds }
  }
}

/**
 * The rows of place p, counted at p + 1. Nothing stands behind the loop, here and in others that are long and seldom begun: the
 * engine optimises such a one while it runs, and would leave its code again for what it has never come to.
 */
function countPlaces(places: Int32Array, counts: Uint32Array): void {
  for (let i = 0; i < places.length; i++) {
    const after = places[i]! + 1
    counts[after] = counts[after]! + 1
  }
}

/** @param next where the next row of each place goes */
function orderRows(places: Int32Array, next: Uint32Array, order: Uint32Array): void {
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!
    const at = next[place]!
    order[at] = i
    next[place] = at + 1
  }
}
