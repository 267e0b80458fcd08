import type { Column } from './column.ts'
import { BatchTooLarge, COLUMN_DEPTH_MAX, LIST_ITEMS_MAX } from './limits.ts'

type Arrays = readonly (readonly unknown[])[]

/** The items of all arrays; undefined where one has a hole. */
export function itemsColumn(
  arrays: Arrays,
  total: number,
  depth: number,
  columnOf: (values: readonly unknown[], depth: number) => Column,
): Column | undefined {
  if (total > LIST_ITEMS_MAX) return tooMany(arrays.length)
  if (
    depth < COLUMN_DEPTH_MAX &&
    typeof arrays.find(({ length }) => length > 0)?.[0] === 'number'
  ) {
    const numbers = joinIntegers(arrays, total) ?? joinDoubles(arrays, total)
    if (numbers !== undefined) return numbers
  }
  const items = joinItems(arrays, total)
  return items && columnOf(items, depth + 1)
}

function joinIntegers(arrays: Arrays, total: number): Column | undefined {
  const values = new Int32Array(total)
  let count = 0
  for (let i = 0; i < arrays.length; i++) {
    const array = arrays[i]!
    for (let k = 0; k < array.length; k++) {
      const value = array[k]
      if (typeof value !== 'number' || (value | 0) !== value) return undefined
      if (value === 0 && Object.is(value, -0)) return undefined
      values[count++] = value
    }
  }
  return { kind: 'i32', values }
}

function joinDoubles(arrays: Arrays, total: number): Column | undefined {
  const values = new Float64Array(total)
  let count = 0
  for (let i = 0; i < arrays.length; i++) {
    const array = arrays[i]!
    for (let k = 0; k < array.length; k++) {
      const value = array[k]
      if (typeof value !== 'number') return undefined
      values[count++] = value
    }
  }
  return { kind: 'f64', values }
}

function joinItems(arrays: Arrays, total: number): unknown[] | undefined {
  const items = new Array<unknown>(total)
  let count = 0
  for (let k = 0; k < arrays.length; k++) {
    const array = arrays[k]!
    for (let i = 0; i < array.length; i++) {
      const item = array[i]
      if (item === undefined && !Object.hasOwn(array, i)) return undefined
      items[count++] = item
    }
  }
  return items
}

/** One array alone is kept as a plain value, whatever its length. */
function tooMany(rows: number): undefined {
  if (rows > 1) throw new BatchTooLarge()
  return undefined
}
