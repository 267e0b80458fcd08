import { type Column, rowsOf } from '#publib/columnar'
import { kernels } from '#publib/kernels'
import type { FunctionShape } from '#publib/recognition'
import { type Accumulators, type Aggregator, valueAccumulators } from '#publib/shuffle'
import { HeldNumbers } from './held-numbers.ts'
import { columnOf, type Layout, layoutText, leafCount, leavesOf, type Numbers } from './layout.ts'
import {
  type CombinerCount,
  combinerProgram,
  type Given,
  type MergeProgram,
  type MergeShapes,
  type Source,
  valueProgram,
} from './merge-program.ts'
import { layoutOfPlain } from './plain-values.ts'

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

  of(kind: Kind, source: Source, layout: Layout): MergeProgram | undefined {
    const key = `${kind} ${source} ${layoutText(layout)}`
    if (this.#known.has(key)) return this.#known.get(key)
    const make = kind === 'values' ? valueProgram : combinerProgram
    const program = make(this.#shapes, layout, source)
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

const ROWS_FIRST = 1_024

export class TypedAccumulators implements Accumulators {
  readonly #programs: MergePrograms
  readonly #aggregator: AnyAggregator
  #layout: Layout | undefined
  readonly #held = new HeldNumbers()
  readonly #count: CombinerCount = { size: 0 }
  /** In its place, once something came that does not fit. */
  #other: Accumulators | undefined

  constructor(programs: MergePrograms, aggregator: AnyAggregator) {
    this.#programs = programs
    this.#aggregator = aggregator
  }

  get bytes(): number {
    return this.#other?.bytes ?? this.#held.bytes
  }

  addValues(ids: Int32Array, values: Column): void {
    this.#add(ids, values, 'values')
  }

  addCombiners(ids: Int32Array, combiners: Column): void {
    this.#add(ids, combiners, 'combiners')
  }

  column(): Column {
    if (this.#other !== undefined) return this.#other.column()
    return this.#layout === undefined
      ? { kind: 'values', values: [] }
      : columnOf(this.#layout, this.#held.leaves, this.#count.size)
  }

  /** The next ones may fit again. */
  clear(): void {
    this.#count.size = 0
    this.#other = undefined
  }

  release(): void {
    this.clear()
    this.#layout = undefined
    this.#held.release()
  }

  #add(ids: Int32Array, column: Column, kind: Kind): void {
    const rows = rowsOf(column)
    if (rows === 0) return
    const done = this.#other === undefined ? this.#merge(ids, rows, column, kind) : 0
    if (done === rows) return
    const [restIds, rest] = done === 0 ? [ids, column] : [ids.subarray(done), behind(column, done)]
    const other = this.#turned()
    if (kind === 'values') other.addValues(restIds, rest)
    else other.addCombiners(restIds, rest)
  }

  /** How many of the rows fit, and are merged. */
  #merge(ids: Int32Array, rows: number, column: Column, kind: Kind): number {
    const given = givenBy(column)
    const program = given && this.#programs.of(kind, given.source, given.layout)
    if (given === undefined || program === undefined || !this.#holds(program.layout)) return 0
    this.#reserve(rows)
    if (!program.isSum || given.source === 'plain') {
      return program.loop(ids, rows, given.given, this.#held.leaves, this.#count)
    }
    const { size } = this.#count
    for (const [leaf, sums] of this.#held.leaves.entries()) {
      this.#count.size = kernels().addByIds(ids, given.given[leaf] as Numbers, sums, size)
    }
    return rows
  }

  /** Whether what there is, if there is something, is made as `layout` says. */
  #holds(layout: Layout): boolean {
    if (this.#layout !== undefined && layoutText(this.#layout) === layoutText(layout)) return true
    if (this.#count.size > 0) return false
    this.#layout = layout
    this.#held.begin(leafCount(layout), ROWS_FIRST)
    return true
  }

  /** Room as if every row brought something new: to ask the rows would cost more than it saves. */
  #reserve(rows: number): void {
    const { length } = this.#held
    const wanted = this.#count.size + rows
    if (wanted > length) this.#held.grow(Math.max(wanted, 2 * length))
  }

  /** Those of the aggregator, with all that has been gathered. */
  #turned(): Accumulators {
    if (this.#other !== undefined) return this.#other
    const other = valueAccumulators(this.#aggregator)
    if (this.#count.size > 0) {
      other.addCombiners(
        Int32Array.from({ length: this.#count.size }, (_, id) => id),
        this.column(),
      )
    }
    this.#other = other
    this.#count.size = 0
    return other
  }
}

interface GivenRows {
  readonly source: Source
  readonly layout: Layout
  readonly given: Given
}

/** The rows as a program reads them: of plain values the first one says how they are made. */
function givenBy(column: Column): GivenRows | undefined {
  if (column.kind === 'values') {
    const layout = layoutOfPlain(column.values[0])
    return layout && { source: 'plain', layout, given: column.values }
  }
  const found = leavesOf(column)
  return found && { source: 'columns', layout: found.layout, given: found.leaves }
}

/** The rows behind the first ones. Only of plain values some may fit. */
function behind(column: Column, rows: number): Column {
  const { values } = column as Extract<Column, { kind: 'values' }>
  return { kind: 'values', values: values.slice(rows) }
}
