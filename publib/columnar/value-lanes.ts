import { estimateSize } from '#publib/memory'
import type { Column } from './column.ts'
import type { Lane } from './lanes.ts'
import type { Located } from './locate.ts'
import { valuesOf } from './materialize.ts'
import { sliceColumn } from './slice.ts'

/** Values as they are. */
export class ValuesLane implements Lane {
  readonly kind = 'values'
  #values: unknown[] = []
  #sampled = 0
  #sampledBytes = 0

  get rows(): number {
    return this.#values.length
  }

  get bytes(): number {
    return this.#sampled === 0 ? 0 : (this.#sampledBytes / this.#sampled) * this.rows
  }

  takes(): boolean {
    return true
  }

  add({ column }: Located, from: number, to: number): void {
    const values =
      column.kind === 'values' ? column.values : valuesOf(sliceColumn(column, from, to))
    const start = column.kind === 'values' ? from : 0
    const end = start + to - from
    for (let i = start; i < end; i++) {
      const value = values[i]
      if (this.#values.length < 8 || this.#values.length % 32 === 0) {
        this.#sampled++
        this.#sampledBytes += 8 + estimateSize(value)
      }
      this.#values.push(value)
    }
  }

  column(): Column {
    return { kind: 'values', values: this.#values }
  }

  clear(): void {
    this.#values = []
    this.#sampled = 0
    this.#sampledBytes = 0
  }

  finish(): Column {
    const column = this.column()
    this.clear()
    return column
  }
}

/** Nothing but null, or nothing but undefined. */
export class ConstantLane implements Lane {
  readonly kind = 'constant'
  rows = 0
  readonly bytes = 0
  readonly value: null | undefined

  constructor(value: null | undefined) {
    this.value = value
  }

  takes(column: Column): boolean {
    return column.kind === 'constant' && column.value === this.value
  }

  add(_rows: Located, from: number, to: number): void {
    this.rows += to - from
  }

  column(): Column {
    return { kind: 'constant', rows: this.rows, value: this.value }
  }

  clear(): void {
    this.rows = 0
  }

  finish(): Column {
    const column = this.column()
    this.rows = 0
    return column
  }
}
