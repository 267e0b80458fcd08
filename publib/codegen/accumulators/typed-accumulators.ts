import { type Column, rowsOf } from '#publib/columnar'
import type { FunctionShape } from '#publib/recognition'
import { type Accumulators, type Aggregator, valueAccumulators } from '#publib/shuffle'
import {
  columnOf,
  type Layout,
  layoutText,
  leafCount,
  leavesOf,
  type NumberLeaves,
} from './layout.ts'
import {
  combinerProgram,
  type MergeProgram,
  type MergeShapes,
  valueProgram,
} from './merge-program.ts'

type AnyAggregator = Aggregator<never, never, unknown>
type Kind = 'values' | 'combiners'

/**
 * Accumulators for values that `f(a, b)` joins, where all it does is arithmetic: numbers, and tuples and records of them, one
 * array of doubles for each number and a generated loop. What does not fit makes them those of the aggregator.
 */
export function typedAccumulators(f: FunctionShape, aggregator: AnyAggregator): Accumulators {
  return new TypedAccumulators(programsOf(reduceShapes(f)), aggregator)
}

export function reduceShapes(f: FunctionShape): MergeShapes {
  const create: MergeShapes['create'] = result => ({ declarations: '', result })
  return { create, createdBy: undefined, mergeValue: f, mergeCombiners: f }
}

/** The loops of one aggregator of a stage: compiled once for each layout, whatever number of tasks. */
export class MergePrograms {
  readonly #shapes: MergeShapes
  readonly #known = new Map<string, MergeProgram | undefined>()

  constructor(shapes: MergeShapes) {
    this.#shapes = shapes
  }

  isFor({ createdBy, mergeCombiners }: MergeShapes): boolean {
    const own = this.#shapes
    return own.createdBy === createdBy && own.mergeCombiners === mergeCombiners
  }

  of(kind: Kind, layout: Layout): MergeProgram | undefined {
    const key = `${kind} ${layoutText(layout)}`
    if (this.#known.has(key)) return this.#known.get(key)
    const program = (kind === 'values' ? valueProgram : combinerProgram)(this.#shapes, layout)
    if (this.#known.size < LAYOUTS_MAX) this.#known.set(key, program)
    return program
  }
}

const LAYOUTS_MAX = 64
const known = new WeakMap<FunctionShape, MergePrograms[]>()

/** Kept with the shapes, which belong to a stage. `create` is told by a text. */
export function programsOf(shapes: MergeShapes): MergePrograms {
  const alike = known.get(shapes.mergeValue) ?? []
  const found = alike.find(each => each.isFor(shapes))
  if (found !== undefined) return found
  const programs = new MergePrograms(shapes)
  known.set(shapes.mergeValue, [...alike.slice(-LAYOUTS_MAX), programs])
  return programs
}

const LEAF_BYTES = 8
const ROWS_FIRST = 1_024

export class TypedAccumulators implements Accumulators {
  readonly #programs: MergePrograms
  readonly #aggregator: AnyAggregator
  #layout: Layout | undefined
  #held: Float64Array[] = []
  #size = 0
  /** In its place, once something came that does not fit. */
  #other: Accumulators | undefined

  constructor(programs: MergePrograms, aggregator: AnyAggregator) {
    this.#programs = programs
    this.#aggregator = aggregator
  }

  get bytes(): number {
    return this.#other?.bytes ?? this.#held.length * (this.#held[0]?.length ?? 0) * LEAF_BYTES
  }

  addValues(ids: Int32Array, values: Column): void {
    if (this.#other === undefined && this.#add(ids, values, 'values')) return
    this.#turned().addValues(ids, values)
  }

  addCombiners(ids: Int32Array, combiners: Column): void {
    if (this.#other === undefined && this.#add(ids, combiners, 'combiners')) return
    this.#turned().addCombiners(ids, combiners)
  }

  column(): Column {
    if (this.#other !== undefined) return this.#other.column()
    return this.#layout === undefined
      ? { kind: 'values', values: [] }
      : columnOf(this.#layout, this.#held, this.#size)
  }

  /** The next ones may fit again. */
  clear(): void {
    this.#size = 0
    this.#other = undefined
  }

  /** Whether the rows fit. */
  #add(ids: Int32Array, column: Column, kind: Kind): boolean {
    const rows = rowsOf(column)
    if (rows === 0) return true
    const found = leavesOf(column)
    const program = found && this.#programs.of(kind, found.layout)
    if (found === undefined || program === undefined || !this.#holds(program.layout)) return false
    this.#run(program, ids, rows, found)
    return true
  }

  /** Whether what there is, if there is something, is made as `layout` says. */
  #holds(layout: Layout): boolean {
    if (this.#layout !== undefined && layoutText(this.#layout) === layoutText(layout)) return true
    if (this.#size > 0) return false
    this.#layout = layout
    this.#held = Array.from({ length: leafCount(layout) }, () => new Float64Array(ROWS_FIRST))
    return true
  }

  #run({ loop }: MergeProgram, ids: Int32Array, rows: number, { leaves }: NumberLeaves): void {
    this.#reserve(this.#size + rows)
    this.#size = loop(ids, rows, leaves, this.#held, this.#size)
  }

  #reserve(rows: number): void {
    const length = this.#held[0]!.length
    if (rows <= length) return
    this.#held = this.#held.map(held => {
      const longer = new Float64Array(Math.max(rows, 2 * length))
      longer.set(held)
      return longer
    })
  }

  /** Those of the aggregator, with all that has been gathered. */
  #turned(): Accumulators {
    if (this.#other !== undefined) return this.#other
    const other = valueAccumulators(this.#aggregator)
    if (this.#size > 0) {
      other.addCombiners(
        Int32Array.from({ length: this.#size }, (_, id) => id),
        this.column(),
      )
    }
    this.#other = other
    this.#size = 0
    return other
  }
}
