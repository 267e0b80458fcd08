import { type Column, rowsOf, valuesOf } from '#publib/columnar'
import type { Chain } from '../chain.ts'
import { signatureOf } from './input.ts'
import { JsonLinesReader, JsonReader } from './json-reader.ts'
import { fieldsRead, RECORD } from './record-flow.ts'
import { Splitter } from './splitting.ts'
import { type End, type Start, type TypedLoop, typedLoop } from './typed-loop.ts'
import { NAME, type TypedFunction, warmLoop } from './warm-loops.ts'

export interface Compiled extends Omit<TypedLoop, 'body'> {
  readonly run: TypedFunction
  /** Like that of no other loop of the stage. */
  readonly number: number
  readonly splitter: Splitter | undefined
  readonly reader: JsonReader | undefined
}

/** Which loop of a chain. `chainKey` is that of the chain and its end. */
export interface LoopPlace {
  readonly chainKey: string
  readonly place: number
  readonly start: Start
  readonly signature: string
}

/** Kinds of columns that one step of a chain is compiled for. Columns of more kinds are read as plain values. */
const SIGNATURES_MAX = 12

/** Loops made in this thread so far. */
let made = 0

/** The typed loops of one stage on one executor, each compiled once: tasks bring their own functions. */
export class TypedLoops {
  readonly #stage: string
  readonly #loops = new Map<string, Map<string, Compiled>>()

  readonly #lines = new Map<string, JsonLinesReader | undefined>()

  constructor(stage: string) {
    this.#stage = stage
  }

  /** What reads lines of JSON at the front of a chain; undefined where whole values are looked at, or other things come. */
  linesReader(chain: Chain, { sink }: End, chainKey: string): JsonLinesReader | undefined {
    if (chain.source.tag !== 'jsonLines' || chain.source.about.isCached) return undefined
    if (!this.#lines.has(chainKey)) {
      const paths = fieldsRead(chain.steps, RECORD, sink.tag)
      this.#lines.set(chainKey, paths && new JsonLinesReader(paths))
    }
    return this.#lines.get(chainKey)
  }

  /** The loop for a column, and the column as that loop reads it. */
  loopOf(chain: Chain, end: End, at: LoopPlace, column: Column): [Compiled, Column] {
    const { signature } = at
    const key = `${at.chainKey} ${at.place} ${at.start}`
    const loops = this.#loops.get(key) ?? new Map<string, Compiled>()
    this.#loops.set(key, loops)
    const known = loops.get(signature)
    if (known !== undefined) return [known, column]
    if (loops.size >= SIGNATURES_MAX && column.kind !== 'values') {
      const plain: Column = { kind: 'values', values: valuesOf(column) }
      return this.loopOf(chain, end, { ...at, signature: signatureOf(plain) }, plain)
    }
    const compiled = this.#compile(chain, at, column, end)
    loops.set(signature, compiled)
    return [compiled, column]
  }

  #compile(chain: Chain, at: LoopPlace, column: Column, end: End): Compiled {
    const number = made++
    const { body, yields, isRowwise, leaves, next } = typedLoop(
      chain,
      at,
      column,
      at.signature,
      end,
      NAME,
    )
    // See CompiledLoops.
    const name = `simspark:/publib/codegen/stage-${this.#stage}/loop-typed-${number}`
    const run = warmLoop(body, yields, functionsOf(chain, end), name)
    const splitter = next?.kind === 'parts' ? new Splitter(next.splitting) : undefined
    const reader = next?.kind === 'fields' ? new JsonReader(next.reading) : undefined
    return { run, number, yields, isRowwise, leaves, next, splitter, reader }
  }
}

/** All functions that a loop may call. */
function functionsOf({ steps }: Chain, { sink }: End): readonly unknown[] {
  return [...steps.flatMap(step => step.roots), ...sink.roots].map(root => root.value)
}

/**
 * The same for the same chain and end. Functions whose shape holds are in it: what a task patched of the language takes it
 * from those that rely on that.
 */
export function chainKeyOf({ key, steps }: Chain, { sink, way }: End): string {
  const roots = [...steps.flatMap(step => step.roots), ...sink.roots]
  const shapes = roots.map(root => (root.shape === undefined ? '-' : '+')).join('')
  return `${key} ${sink.tag} ${way} ${shapes}`
}

export function isEmptyColumn(column: Column): boolean {
  return rowsOf(column) === 0
}
