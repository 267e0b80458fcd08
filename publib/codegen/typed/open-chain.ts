import type { Column } from '#publib/columnar'
import { linesOf } from '#publib/datasource/records'
import { kernels } from '#publib/kernels'
import type { ComputeContext, Root } from '#publib/lineage'
import type { Chain } from '../chain.ts'
import { signatureOf } from './input.ts'
import type { JsonLinesReader } from './json-reader.ts'
import { type LeafBuffer, leafBuffer } from './leaf-buffers.ts'
import { TypedHelpers } from './typed-helpers.ts'
import type { End, Next, Start } from './typed-loop.ts'
import { type Compiled, chainKeyOf, isEmptyColumn, type TypedLoops } from './typed-loops.ts'
import { type UsedFields, usedFields, withFields } from './used-fields.ts'

export type TakeColumns = (...columns: Column[]) => void

/** What the end of a chain gathers. */
export interface EndState {
  /** Takes columns that are pushed; they are the loop's again afterwards. */
  readonly take?: TakeColumns
  value?: unknown
  isEmpty?: boolean
}

/** What one loop of a chain gathers, from batch to batch. */
interface LoopState {
  readonly state: EndState
  readonly leaves: readonly LeafBuffer[]
}

/** Where a column enters a chain, and the bytes of it that are known to be ASCII. */
interface Entry {
  readonly place: number
  readonly start: Start
  readonly ascii?: Uint8Array | undefined
}

const FRONT: Entry = { place: 0, start: 'plain' }

/** A chain with all that one partition of one task brings to its loops. */
export class OpenChain {
  readonly #loops: TypedLoops
  readonly #chain: Chain
  readonly #end: End
  readonly #chainKey: string
  readonly #state: EndState
  readonly #functions: readonly unknown[]
  readonly #roots: readonly Root[]
  readonly #states: readonly unknown[]
  readonly #helpers: TypedHelpers
  readonly #used: UsedFields | undefined
  /** Of lines of JSON that nobody has parsed yet: where only some fields of their values are looked at. */
  readonly #lines: JsonLinesReader | undefined
  readonly #open = new Map<number, LoopState>()

  constructor(
    loops: TypedLoops,
    chain: Chain,
    end: End,
    state: EndState,
    partition: number,
    context: ComputeContext,
  ) {
    this.#loops = loops
    this.#chain = chain
    this.#end = end
    this.#chainKey = chainKeyOf(chain, end)
    this.#state = state
    this.#roots = [...chain.steps.flatMap(({ roots }) => roots), ...end.sink.roots]
    this.#functions = this.#roots.map(root => context.root(root))
    this.#states = chain.steps.map(step => step.state?.(partition))
    this.#used = usedFields(chain.steps, end.sink.tag)
    this.#lines = loops.linesReader(chain, end, this.#chainKey)
    this.#helpers = new TypedHelpers(context)
  }

  /** All rows of a column, through the steps from `entry` on, to the end. */
  push(given: Column, entry = FRONT): void {
    const column = this.#parsed(given)
    if (isEmptyColumn(column)) return
    const [loop, own] = this.#loopOf(column, entry)
    this.#call(loop, own)
  }

  /** Whether each row of such a column gives one row at the end, and nothing else is done on the way. */
  isRowwise(column: Column): boolean {
    return this.#loopOf(this.#parsed(column), FRONT)[0].isRowwise
  }

  /** What comes out for a column. */
  *pull(given: Column, entry = FRONT): Generator<unknown> {
    const column = this.#parsed(given)
    if (isEmptyColumn(column)) return
    const [loop, own] = this.#loopOf(column, entry)
    for (const made of this.#results(loop, own)) {
      if (loop.next === undefined) yield made
      else yield* this.pull(...behindKernel(loop, loop.next, made as Column))
    }
  }

  /** Lines that nobody has parsed yet as records of what is looked at in them. */
  #parsed(column: Column): Column {
    const lines = this.#lines && linesOf(column)
    return (lines && this.#lines?.read(lines)) ?? column
  }

  #loopOf(whole: Column, { place, start, ascii }: Entry): [Compiled, Column] {
    const column = place === 0 ? withFields(whole, this.#used) : whole
    const signature = signatureOf(column, ascii)
    const at = { chainKey: this.#chainKey, place, start, signature }
    return this.#loops.loopOf(this.#chain, this.#end, at, column)
  }

  *#results(loop: Compiled, column: Column): Generator<unknown> {
    if (!loop.yields) {
      const given = this.#call(loop, column)
      if (given !== undefined) yield given
      return
    }
    let hasFailed = false
    try {
      yield* this.#call(loop, column) as Generator<unknown>
    } catch (error) {
      hasFailed = true
      throw error
    } finally {
      // What was left early is let go of.
      this.#helpers.close(hasFailed)
    }
  }

  #call(loop: Compiled, column: Column): unknown {
    const { state, leaves } = this.#stateOf(loop)
    try {
      return loop.run(
        column,
        this.#functions,
        this.#roots,
        this.#states,
        this.#helpers,
        state,
        leaves,
      )
    } catch (error) {
      this.#helpers.close(true)
      throw error
    }
  }

  #stateOf(loop: Compiled): LoopState {
    const known = this.#open.get(loop.number)
    if (known !== undefined) return known
    const { next } = loop
    const state: EndState =
      next === undefined
        ? this.#state
        : {
            // Parts are the loop's again afterwards: they need not leave the kernels' memory.
            take: column => kernels().scope(() => this.push(...behindKernel(loop, next, column!))),
          }
    const made = { state, leaves: loop.leaves.map(leafBuffer) }
    this.#open.set(loop.number, made)
    return made
  }
}

/** What a kernel makes of the column that came out of a loop, and where that goes on. */
function behindKernel(loop: Compiled, next: Next, given: Column): [Column, Entry] {
  const { place, isAscii } = next
  if (next.kind === 'parts') {
    const parts = loop.splitter!.split(given)
    const ascii = isAscii && parts.kind === 'utf8' ? parts.bytes : undefined
    return [parts, { place, start: 'plain', ascii }]
  }
  const ascii = isAscii ? bytesOfTexts(given) : undefined
  const read = loop.reader!.read(given)
  if (read === undefined) return [given, { place, start: 'not read', ascii }]
  return [read, { place, start: 'read', ascii }]
}

/** The bytes of texts, or of those in front of a tuple. */
function bytesOfTexts(column: Column): Uint8Array | undefined {
  const texts = column.kind === 'tuple' ? column.fields[0]! : column
  return texts.kind === 'utf8' ? texts.bytes : undefined
}
