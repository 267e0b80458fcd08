import { kernels } from '#publib/kernels'
import type { Column } from './column.ts'

/** Numbers as a column: integers where all are and none is -0, else the doubles as they are given. */
export function columnOfDoubles(values: Float64Array): Column & { kind: 'i32' | 'f64' } {
  const integers = kernels().integersOf(values)
  return integers === undefined ? { kind: 'f64', values } : { kind: 'i32', values: integers }
}
