// Numbers added up by the number of their key. Those that are new come in order: the first value of a key is its sum.

/** How many keys there are behind it, where `size` were known. */
export function addDoubles(ids: usize, values: usize, rows: u32, sums: usize, size: u32): u32 {
  for (let row: usize = 0; row < <usize>rows; row++) {
    const id = load<u32>(ids + (row << 2))
    const value = load<f64>(values + (row << 3))
    const sum = sums + (<usize>id << 3)
    if (id >= size) {
      store<f64>(sum, value)
      size = id + 1
    } else store<f64>(sum, load<f64>(sum) + value)
  }
  return size
}

/** addDoubles of integers. */
export function addIntegers(ids: usize, values: usize, rows: u32, sums: usize, size: u32): u32 {
  for (let row: usize = 0; row < <usize>rows; row++) {
    const id = load<u32>(ids + (row << 2))
    const value = <f64>load<i32>(values + (row << 2))
    const sum = sums + (<usize>id << 3)
    if (id >= size) {
      store<f64>(sum, value)
      size = id + 1
    } else store<f64>(sum, load<f64>(sum) + value)
  }
  return size
}
