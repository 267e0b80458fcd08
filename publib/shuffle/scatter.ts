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
    bounds.fill(0)
    for (let i = 0; i < rows; i++) {
      const after = places[i]! + 1
      bounds[after] = bounds[after]! + 1
    }
    for (let place = 0; place < next.length; place++) {
      next[place] = bounds[place]!
      bounds[place + 1] = bounds[place + 1]! + bounds[place]!
    }
    if (this.#order.length < rows) this.#order = new Uint32Array(rows)
    const order = this.#order
    for (let i = 0; i < rows; i++) {
      const place = places[i]!
      const at = next[place]!
      order[at] = i
      next[place] = at + 1
    }
    return { order: order.subarray(0, rows), bounds }
  }
}
